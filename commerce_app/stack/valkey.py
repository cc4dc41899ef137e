"""A Valkey server of our own: a cache, so nothing is written to disk."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from commerce_app.stack.accounts import Account, can_reach
from commerce_app.stack.binaries import valkey_program
from commerce_app.stack.ports import LOOPBACK, is_listening
from commerce_app.stack.process import Child, Placement, wait_until

START_SECONDS = 15.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class ValkeyServer:
    child: Child
    program: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The same server by way of another port, such as a proxy's."""
        return f"redis://:{self.password}@{LOOPBACK}:{port}/0"

    def take_down(self) -> None:
        """End it; what it held is gone. Raises ServerFailedError."""
        self.child.take_down(STOP_SECONDS)

    def bring_back(self) -> None:
        """Start it again if it is down, and wait until it listens. Raises ServerFailedError."""
        self.child.bring_back()
        wait_until(lambda: is_listening(self.port), self.child, START_SECONDS)


def start_valkey(folder: Path, port: int, password: str, placement: Placement) -> ValkeyServer:
    """Start it in ``folder`` (made here) and wait until it listens.

    Raises:
        MissingBinaryError, ServerFailedError.
    """
    folder.mkdir()
    config = folder / "valkey.conf"
    config.write_text(_settings(folder, port, password))
    config.chmod(0o600)
    if placement.account:
        for path in (folder, config):
            shutil.chown(path, placement.account.uid, placement.account.gid)
    program = _reachable(valkey_program(), folder, placement.account)
    child = Child.start(
        "valkey", [program, config], folder.parent / "valkey.log", placement=placement, folder=folder
    )
    try:
        wait_until(lambda: is_listening(port), child, START_SECONDS)
    except BaseException:
        child.kill()
        raise
    return ValkeyServer(child, program, port, password)


def _settings(folder: Path, port: int, password: str) -> str:
    settings = {
        "bind": LOOPBACK,
        "port": port,
        "requirepass": password,
        "dir": folder,
        "save": '""',
        "appendonly": "no",
        "maxmemory": "128mb",
        "maxmemory-policy": "allkeys-lru",
        "daemonize": "no",
    }
    return "".join(f"{key} {value}\n" for key, value in settings.items())


def _reachable(program: Path, folder: Path, account: Account | None) -> Path:
    """The program where ``account`` can run it: copied when it lies in somebody's private home."""
    if account is None or can_reach(program, account):
        return program
    return Path(shutil.copy(program, folder / program.name))
