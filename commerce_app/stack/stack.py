"""The embedded servers as one object: Valkey, a PostgreSQL primary and its streaming replica."""

import os
import secrets
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from commerce_app.stack.accounts import Account, can_reach, server_account
from commerce_app.stack.binaries import postgres_folder
from commerce_app.stack.errors import StackError
from commerce_app.stack.ports import free_port
from commerce_app.stack.postgres import PostgresPair, PostgresServer
from commerce_app.stack.process import Child, Placement, interrupts_deferred
from commerce_app.stack.throttle import continue_all
from commerce_app.stack.valkey import ValkeyServer, start_valkey

SERVER_NICE = 5
PREFIX = "fireline-stack-"
TMPFS = Path("/dev/shm")  # noqa: S108 -- a private folder is made in it
TMPFS_NEEDED_BYTES = 2 << 30


@dataclass(frozen=True)
class Servers:
    valkey: ValkeyServer
    primary: PostgresServer
    replica: PostgresServer

    @property
    def children(self) -> tuple[Child, ...]:
        return (self.valkey.child, self.primary.child, self.replica.child)


class Stack:
    """Starts the servers on entry and stops them and removes their folder on exit.

    parent_folder: where the folder is made; by default memory if there is room, else the temporary folder.
    binaries: the folder of PostgreSQL's programs; by default the system's, else pgserver's.
    """

    def __init__(self, parent_folder: Path | None = None, binaries: Path | None = None) -> None:
        self._parent_folder = parent_folder or default_parent_folder()
        self._binaries = binaries
        self._exit = ExitStack()

    def __enter__(self) -> Servers:
        with self._exit:
            servers = self._start()
            self._exit = self._exit.pop_all()
        return servers

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with interrupts_deferred():
            self._exit.__exit__(kind, error, trace)

    def _start(self) -> Servers:
        account = server_account()
        binaries = self._binaries or postgres_folder()
        folder = self._make_folder(account)
        password = secrets.token_hex(16)
        pair = PostgresPair(binaries, folder, password, account)
        primary = pair.start_primary(free_port(), Placement(SERVER_NICE, account=account))
        self._stop_later(primary.child)
        replica_core = (max(os.sched_getaffinity(0)),)
        # Before the others on its core, so that what it can carry does not depend on what they do.
        replica = pair.start_replica(primary, free_port(), Placement(0, replica_core, account))
        self._stop_later(replica.child)
        # One that is stopped would not hear that it shall end.
        self._exit.callback(continue_all, replica.child.pid)
        valkey = start_valkey(
            folder / "valkey", free_port(), password, Placement(SERVER_NICE, account=account)
        )
        self._stop_later(valkey.child)
        return Servers(valkey, primary, replica)

    def _make_folder(self, account: Account | None) -> Path:
        sweep(self._parent_folder)
        with interrupts_deferred():
            folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=self._parent_folder))
            self._exit.callback(shutil.rmtree, folder, ignore_errors=True)
        if account:
            shutil.chown(folder, account.uid, account.gid)
            if not can_reach(folder, account):
                raise StackError(
                    f"{self._parent_folder}: expected a folder that the user {account.name} can enter"
                )
        return folder

    def _stop_later(self, child: Child) -> None:
        self._exit.callback(child.stop)


def default_parent_folder() -> Path:
    """Memory if it has room for the databases, else the temporary folder."""
    if os.access(TMPFS, os.W_OK) and shutil.disk_usage(TMPFS).free >= TMPFS_NEEDED_BYTES:
        return TMPFS
    return Path(tempfile.gettempdir())


def sweep(parent_folder: Path) -> None:
    """Remove what a killed stack left: its servers died with it, its folder did not."""
    for folder in parent_folder.glob(f"{PREFIX}[0-9]*-*"):
        owner = folder.name.removeprefix(PREFIX).split("-", 1)[0]
        if not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
