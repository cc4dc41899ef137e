"""A PostgreSQL primary and its streaming replica.

The data may be lost at any moment and nobody minds: fsync is off, as these databases live for one drill.
"""

import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from commerce_app.stack.accounts import Account, can_reach
from commerce_app.stack.ports import LOOPBACK
from commerce_app.stack.process import Child, Placement, run, wait_until

START_SECONDS = 30.0
STOP_SECONDS = 30.0
USER = "shop"
DATABASE = "shop"
STATEMENTS = "pg_stat_statements"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "64MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "replica",
    "max_wal_senders": "4",
    "max_replication_slots": "4",
    "max_wal_size": "256MB",
    # One query stays on one core, so that saturation means what it says on a small machine.
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    # md5 costs a connection microseconds where scram costs the Python client ten milliseconds; loopback only.
    "password_encryption": "md5",
}


@dataclass(frozen=True)
class PostgresServer:
    child: Child
    program: Path
    port: int
    password: str
    data: Path

    @property
    def url(self) -> str:
        return self.url_at(self.port)

    @property
    def maintenance_url(self) -> str:
        """The database that is always there, for statements about the shop's as a whole."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/postgres"

    def url_at(self, port: int) -> str:
        """The same database by way of another port, such as a proxy's."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{port}/{DATABASE}"

    def take_down(self) -> None:
        """A fast shutdown: sessions end, what was committed is written. Raises ServerFailedError."""
        self.child.take_down(STOP_SECONDS)

    def bring_back(self) -> None:
        """Start it again if it is down, and wait until it accepts connections. Raises ServerFailedError."""
        self.child.bring_back()
        wait_until(lambda: is_ready(self.data), self.child, START_SECONDS)


class PostgresPair:
    """Makes and starts both servers in ``folder``; whoever calls stops the children it is handed."""

    def __init__(self, binaries: Path, folder: Path, password: str, account: Account | None) -> None:
        self._folder = folder
        self._password = password
        self._account = account
        self._binaries = _reachable(binaries, folder, account)
        self._environment = {"PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"}

    def start_primary(self, port: int, placement: Placement) -> PostgresServer:
        data = self._folder / "primary"
        password_file = self._folder / "password"
        password_file.write_text(self._password)
        password_file.chmod(0o600)
        self._own(password_file)
        options = ["--username", USER, "--auth", "md5", "--pwfile", str(password_file), "--no-sync"]
        self._run("initdb", ["-D", str(data), "--encoding", "UTF8", "--locale", "C", *options])
        password_file.unlink()
        statements = has_statements(self._binaries)
        preloaded = {"shared_preload_libraries": STATEMENTS} if statements else {}
        with (data / "postgresql.conf").open("a") as config:
            config.writelines(f"{name} = '{value}'\n" for name, value in {**SETTINGS, **preloaded}.items())
        server = self._start("primary", data, port, placement)
        where = ["-h", LOOPBACK, "-p", str(port), "-U", USER]
        self._run("createdb", [*where, DATABASE])
        if statements:
            self._run("psql", [*where, "-d", DATABASE, "-q", "-c", f"CREATE EXTENSION {STATEMENTS}"])
        return server

    def start_replica(self, primary: PostgresServer, port: int, placement: Placement) -> PostgresServer:
        data = self._folder / "replica"
        source = ["-h", LOOPBACK, "-p", str(primary.port), "-U", USER]
        how = ["-R", "-X", "stream", "-c", "fast", "-C", "-S", "replica1", "--no-sync"]
        self._run("pg_basebackup", ["-D", str(data), *source, *how])
        return self._start("replica", data, port, placement)

    def _start(self, name: str, data: Path, port: int, placement: Placement) -> PostgresServer:
        child = Child.start(
            f"postgres-{name}",
            [self._binaries / "postgres", "-D", data, "-p", str(port)],
            self._folder / f"postgres-{name}.log",
            placement=placement,
            folder=self._folder,
            stop_signal=signal.SIGINT,
            # An immediate shutdown: the postmaster takes its children and shared memory with it.
            death_signal=signal.SIGQUIT,
        )
        try:
            wait_until(lambda: is_ready(data), child, START_SECONDS)
        except BaseException:
            child.kill()
            raise
        return PostgresServer(child, self._binaries / "postgres", port, self._password, data)

    def _run(self, program: str, arguments: list[str]) -> None:
        run(
            program,
            [self._binaries / program, *arguments],
            self._folder / f"{program}.log",
            placement=Placement(account=self._account),
            environment=self._environment,
            folder=self._folder,
        )

    def _own(self, path: Path) -> None:
        if self._account:
            shutil.chown(path, self._account.uid, self._account.gid)


def has_statements(binaries: Path) -> bool:
    """Whether the server comes with its statistics of statements: Debian's does, pgserver's does not."""
    return (binaries.parent / "lib" / f"{STATEMENTS}.so").exists()


def is_ready(data: Path) -> bool:
    """Whether the postmaster says in its pid file that it accepts connections."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[7].strip() == "ready"


def _reachable(binaries: Path, folder: Path, account: Account | None) -> Path:
    """The programs where ``account`` can run them: copied when they lie in somebody's private home."""
    if account is None or can_reach(binaries, account):
        return binaries
    copy = folder / "postgres-programs"
    for part in ("bin", "lib", "share"):
        shutil.copytree(binaries.parent / part, copy / part, symlinks=True)
    return copy / "bin"
