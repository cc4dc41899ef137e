"""Fireline's own commands, which a drill runs as children."""

import shutil
import sys
from pathlib import Path

from commerce_app.drill.errors import CommandError


def fireline_program() -> Path:
    """The ``fireline`` command beside this interpreter, else on PATH.

    Raises:
        CommandError: when there is none.
    """
    return _program("fireline")


def postmortem_program() -> Path:
    """The ``postmortem`` command, found as ``fireline`` is."""
    return _program("postmortem")


def _program(name: str) -> Path:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if found is None:
        raise CommandError(f"{name}: expected the command beside {sys.executable} or on PATH")
    return Path(found)
