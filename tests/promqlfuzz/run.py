"""Gives queries to workers, and tells which of them were not simply answered or refused."""

import json
import select
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

DEADLINE_SECONDS = 10.0
SLOW_SECONDS = 5.0
GROWN_KIB = 512 * 1024


@dataclass
class Tally:
    """outcomes: how often each; findings: queries that did harm, with what they did."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, str]] = field(default_factory=list)


class Worker:
    """A child process; a new one takes the place of one that died or hangs."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the worker
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.promqlfuzz.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
        )  # fmt: skip

    def ask(self, query: str) -> tuple[dict[str, object], str]:
        """The answer, empty without one, and what harm was done, empty without any."""
        printed = self._errors.tell()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(query) + "\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._process.stdout], [], [], DEADLINE_SECONDS)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            harm = "hangs" if ready == [] else f"killed the process: {self._process.wait()}"
            self.stop()
            self._start()
            return {}, harm
        said = json.loads(line)
        return said, self._harm(said, printed)

    def _harm(self, said: dict[str, object], printed: int) -> str:
        for asked in ("instant", "range"):
            if said[asked] not in {"answered", "refused"}:
                return f"{asked}: {said[asked]}"
        if said["seconds"] > SLOW_SECONDS:  # type: ignore[operator]  # JSON's number
            return f"took {said['seconds']:.1f} s"
        if said["grown_kib"] > GROWN_KIB:  # type: ignore[operator]  # JSON's number
            return f"took {said['grown_kib']} KiB"
        self._errors.seek(0, 2)
        return "printed to standard error" if self._errors.tell() > printed else ""

    def stop(self) -> None:
        """Ends the child."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """Ends the child for good."""
        self.stop()
        self._errors.close()


def ask_all(queries: Iterable[str], worker: Worker) -> Tally:
    """Asks each query once."""
    tally = Tally()
    for query in queries:
        said, harm = worker.ask(query)
        tally.outcomes[str(said.get("instant", harm))] += 1
        if harm:
            tally.findings.append((query, harm))
    return tally
