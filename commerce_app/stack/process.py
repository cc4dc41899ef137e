"""One server as a child process: started through the launcher, watched, stopped, never left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from commerce_app.stack import launch
from commerce_app.stack.accounts import Account
from commerce_app.stack.errors import ServerFailedError

LOG_TAIL_LINES = 12
POLL_SECONDS = 0.02
INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Placement:
    """How and where a child runs. ``nice`` is added to ours; no ``cpus`` means any core."""

    nice: int = 0
    cpus: tuple[int, ...] = ()
    account: Account | None = None


class Child:
    """A running child with its log in a file.

    Start children from the main thread: the kernel ends them when the *thread* that started them ends.
    """

    def __init__(
        self,
        name: str,
        spawn: "Callable[[], subprocess.Popen[bytes]]",
        log: Path,
        stop_signal: signal.Signals,
    ) -> None:
        self.name = name
        self.log = log
        self._spawn = spawn
        self._process = spawn()
        self._stop_signal = stop_signal
        self._is_meant_down = False

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        *,
        placement: Placement = Placement(),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> Self:
        """Start ``command``; ``environment`` is added to ours, ``death_signal`` is for when we die."""
        full = _launch_command(command, placement, death_signal)

        def spawn() -> "subprocess.Popen[bytes]":
            with log.open("ab") as output:
                return subprocess.Popen(  # noqa: S603 -- a list of our own, no shell
                    full,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env={**os.environ, **(environment or {})},
                    process_group=0,
                )

        with interrupts_deferred():
            return cls(name, spawn, log, stop_signal)

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def require_running(self) -> None:
        """Raises ServerFailedError when it ended, unless it was taken down on purpose."""
        code = self.exit_code()
        if code is not None and not self._is_meant_down:
            raise ServerFailedError(self.name, f"ended by itself ({describe_exit(code)})", self.log_tail())

    def wait(self, timeout_seconds: float) -> int:
        """Its exit code; it is killed when it takes longer.

        Raises:
            ServerFailedError: when it had to be killed.
        """
        try:
            return self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired as error:
            self.kill()
            raise ServerFailedError(
                self.name, f"not done within {timeout_seconds:g} s", self.log_tail()
            ) from error
        except BaseException:
            self.kill()
            raise

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Ask it to end, and kill its whole process group if it does not."""
        if self.exit_code() is None:
            self._process.send_signal(self._stop_signal)
            try:
                self._process.wait(timeout_seconds)
            except subprocess.TimeoutExpired:
                self.kill()

    def take_down(self, timeout_seconds: float) -> None:
        """End it on purpose, and gently: it is meant to be down until it is brought back.

        Raises:
            ServerFailedError: when it does not end in time. It may still.
        """
        self._is_meant_down = True
        if self.exit_code() is None:
            self._process.send_signal(self._stop_signal)
            try:
                self._process.wait(timeout_seconds)
            except subprocess.TimeoutExpired as error:
                raise ServerFailedError(
                    self.name, f"not down within {timeout_seconds:g} s", self.log_tail()
                ) from error

    def bring_back(self) -> None:
        """Start it again, as it was started first, if it is down. From the main thread, as at first."""
        with interrupts_deferred():
            if self.exit_code() is not None:
                self._process = self._spawn()
            self._is_meant_down = False

    def kill(self) -> None:
        if self.exit_code() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def log_tail(self, lines: int = LOG_TAIL_LINES) -> str:
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])


def run(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    placement: Placement = Placement(),
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout_seconds: float = 60.0,
) -> None:
    """Run a program to its end.

    Raises:
        ServerFailedError: when it fails or takes too long.
    """
    child = Child.start(name, command, log, placement=placement, environment=environment, folder=folder)
    code = child.wait(timeout_seconds)
    if code != 0:
        raise ServerFailedError(name, f"failed ({describe_exit(code)})", child.log_tail())


def wait_until(ready: Callable[[], bool], child: Child, timeout_seconds: float) -> None:
    """Wait for a child to come up.

    Raises:
        ServerFailedError: when it ends, or is not ready in time.
    """
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        child.require_running()
        if time.monotonic() >= deadline:
            raise ServerFailedError(child.name, f"not ready within {timeout_seconds:g} s", child.log_tail())
        time.sleep(POLL_SECONDS)


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the block: no child is born unknown, no stopping is left half done.

    Main thread only. Blocking the signals would not do: another thread would take them.
    """
    pending: list[int] = []
    before = {each: signal.signal(each, lambda seen, _: pending.append(seen)) for each in INTERRUPTS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number in pending:
            signal.raise_signal(number)


def describe_exit(code: int) -> str:
    """The code as ``subprocess`` gives it, in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _launch_command(
    command: Sequence[str | Path], placement: Placement, death_signal: signal.Signals
) -> list[str | Path]:
    options: list[str | Path] = ["--parent", str(os.getpid()), "--death-signal", str(int(death_signal))]
    if placement.nice:
        options += ["--nice", str(placement.nice)]
    if placement.cpus:
        options += ["--cpus", ",".join(map(str, placement.cpus))]
    if placement.account:
        options += ["--uid", str(placement.account.uid), "--gid", str(placement.account.gid)]
    return [sys.executable, "-I", "-S", launch.__file__, *options, "--", *command]
