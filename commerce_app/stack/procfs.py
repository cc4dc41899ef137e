"""CPU time and memory of process trees, read from /proc."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
NODE_MODES = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")


@dataclass(frozen=True)
class ProcessStat:
    """One line of /proc/PID/stat: seconds of CPU, those of reaped children included, and memory."""

    pid: int
    parent: int
    user_seconds: float
    system_seconds: float
    resident_bytes: int


@dataclass(frozen=True)
class TreeUsage:
    processes: int
    user_seconds: float
    system_seconds: float
    resident_bytes: int


def parse_stat(text: str) -> ProcessStat:
    """The command's name may hold blanks and parentheses: fields are counted from the last one."""
    fields = text[text.rindex(")") + 2 :].split()
    utime, stime, cutime, cstime = (int(field) / TICKS_PER_SECOND for field in fields[11:15])
    return ProcessStat(
        pid=int(text[: text.index(" ")]),
        parent=int(fields[1]),
        user_seconds=utime + cutime,
        system_seconds=stime + cstime,
        resident_bytes=int(fields[21]) * PAGE_BYTES,
    )


def read_processes(proc: Path = Path("/proc")) -> list[ProcessStat]:
    """Every process of the machine; one that ends while we look is left out."""
    found = []
    for folder in proc.iterdir():
        if folder.name.isdigit():
            try:
                found.append(parse_stat((folder / "stat").read_text(errors="replace")))
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def tree_of(root: int, processes: Iterable[ProcessStat]) -> list[ProcessStat]:
    """The process ``root`` and its descendants, parents first; none when it is gone."""
    children: Mapping[int, list[ProcessStat]] = defaultdict(list)
    members: list[ProcessStat] = []
    for process in processes:
        children[process.parent].append(process)
        if process.pid == root:
            members.append(process)
    for member in members:
        members.extend(children.get(member.pid, []))
    return members


def usage_of_tree(root: int, processes: Iterable[ProcessStat]) -> TreeUsage:
    """The process ``root`` and its descendants together.

    A child that ended counts on in its parent's reaped time, so the sums do not fall while ``root`` lives.
    """
    members = tree_of(root, processes)
    return TreeUsage(
        processes=len(members),
        user_seconds=sum(member.user_seconds for member in members),
        system_seconds=sum(member.system_seconds for member in members),
        resident_bytes=sum(member.resident_bytes for member in members),
    )


def parse_node_cpu(text: str) -> dict[str, float]:
    """Seconds the whole machine spent in each mode, from the first line of /proc/stat."""
    ticks = text.split("\n", 1)[0].split()[1 : len(NODE_MODES) + 1]
    return {mode: int(tick) / TICKS_PER_SECOND for mode, tick in zip(NODE_MODES, ticks, strict=True)}
