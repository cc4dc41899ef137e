"""``/metrics`` of the stack: its processes' CPU and memory, the machine's speed, and what its servers say.

The names are those of process-exporter, postgres_exporter and redis_exporter.
``python -m commerce_app.stack.exporter GROUPS.json PORT`` is a process of its own, so that a busy drill does
not blur it. GROUPS.json is read at each scrape: ``{"valkey": {"pids": [12], "cores": 2}}``. The servers
are those of ``DATABASE_URL``, ``REPLICA_URL`` and ``REDIS_URL``, as far as they are given. Groups that have a
``share`` are held to it.
"""

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from commerce_app.stack.allowance import Allowances
from commerce_app.stack.groups import read_groups
from commerce_app.stack.ports import LOOPBACK
from commerce_app.stack.procfs import ProcessStat, TreeUsage, parse_node_cpu, read_processes, usage_of_tree
from commerce_app.stack.server_figures import ServerFigures
from commerce_app.stack.speed import Speed

USAGE = (
    "usage: python -m commerce_app.stack.exporter GROUPS.json PORT, with GROUPS.json such as "
    '{"valkey": {"pids": [12], "cores": 2}}, or {}'
)


class GroupUsage:
    """What a group has used: CPU time of members that are gone stays in it, so that its counter grows."""

    def __init__(self) -> None:
        self._seen: dict[int, TreeUsage] = {}

    def add_up(self, pids: Iterable[int], processes: Iterable[ProcessStat]) -> TreeUsage:
        """The group now, of the members ``pids``."""
        there = list(processes)
        live = [(pid, usage_of_tree(pid, there)) for pid in pids]
        self._seen.update({pid: usage for pid, usage in live if usage.processes})
        return TreeUsage(
            processes=sum(usage.processes for _, usage in live),
            user_seconds=sum(usage.user_seconds for usage in self._seen.values()),
            system_seconds=sum(usage.system_seconds for usage in self._seen.values()),
            resident_bytes=sum(usage.resident_bytes for _, usage in live),
        )


class ProcessGroups(Collector):
    def __init__(self, groups_file: Path, allowances: Allowances) -> None:
        self._groups_file = groups_file
        self._allowances = allowances
        self._usage: dict[str, GroupUsage] = defaultdict(GroupUsage)

    def collect(self) -> Iterable[Metric]:
        groups = read_groups(self._groups_file)
        processes = read_processes()
        usage = {name: self._usage[name].add_up(group.pids, processes) for name, group in groups.items()}
        cores = {name: self._allowances.cores(group) for name, group in groups.items()}
        yield from group_metrics(usage, cores)
        yield node_metric(parse_node_cpu(Path("/proc/stat").read_text()))


def group_metrics(usage: Mapping[str, TreeUsage], cores: Mapping[str, float]) -> list[Metric]:
    """A group whose processes are gone keeps its limit and its count, 0; its CPU and memory end."""
    prefix = "namedprocess_namegroup"
    cpu = CounterMetricFamily(
        f"{prefix}_cpu_seconds", "CPU time of the group's processes", labels=["groupname", "mode"]
    )
    memory = GaugeMetricFamily(f"{prefix}_memory_bytes", "Memory in use", labels=["groupname", "memtype"])
    count = GaugeMetricFamily(f"{prefix}_num_procs", "Processes in the group", labels=["groupname"])
    limit = GaugeMetricFamily(f"{prefix}_cpu_limit_cores", "Cores the group may use", labels=["groupname"])
    for name, tree in usage.items():
        count.add_metric([name], tree.processes)
        limit.add_metric([name], cores[name])
        if tree.processes:
            cpu.add_metric([name, "user"], tree.user_seconds)
            cpu.add_metric([name, "system"], tree.system_seconds)
            memory.add_metric([name, "resident"], tree.resident_bytes)
    return [cpu, memory, count, limit]


def node_metric(seconds: Mapping[str, float]) -> Metric:
    """What the machine did as a whole: how idle it was, and what was stolen from it."""
    cpu = CounterMetricFamily(
        "node_cpu_seconds", "CPU time of the machine, all cores together", labels=["mode"]
    )
    for mode, value in seconds.items():
        cpu.add_metric([mode], value)
    return cpu


def main(arguments: list[str]) -> None:
    """Serve until a signal; without its arguments say which they are, exit code 2."""
    if len(arguments) != 2 or not (arguments[1].isascii() and arguments[1].isdigit()):
        print(USAGE, file=sys.stderr)
        raise SystemExit(2)
    groups_file, port = Path(arguments[0]), int(arguments[1])
    registry = CollectorRegistry()
    speed = Speed()
    registry.register(speed)
    allowances = Allowances(groups_file, speed)
    registry.register(ProcessGroups(groups_file, allowances))
    figures = ServerFigures(os.environ)
    registry.register(figures)
    start_http_server(port, LOOPBACK, registry)
    with suppress(asyncio.CancelledError):
        asyncio.run(_watch(figures, speed, allowances))


async def _watch(figures: ServerFigures, speed: Speed, allowances: Allowances) -> None:
    task = asyncio.current_task()
    assert task is not None
    # Whatever the allowances have stopped has to go on.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await asyncio.gather(figures.watch(), speed.watch(), allowances.watch())


if __name__ == "__main__":
    main(sys.argv[1:])
