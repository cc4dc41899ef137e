"""What a case may be: its name, how long and how large, and which files it may read."""

import re
from pathlib import Path

from alerts.errors import SpecError
from collector.durations import format_duration
from collector.history_file import Bounds
from collector.redaction import shortened

CASE_FILE = "case.yml"
NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]*$"
_LONGEST_NAME = 100  # folders of temporary files have longer ones

MOST_SAMPLES = 20_000_000
MOST_SERIES = 200_000  # a series takes a kilobyte, whatever it has of samples
LONGEST_SECONDS = 32 * 86_400.0
BOUNDS = Bounds(MOST_SAMPLES, LONGEST_SECONDS, 2 * 1024**3, MOST_SERIES)


def checked_name(name: str) -> str:
    """The name of a case, which is that of its folder, too.

    Raises:
        SpecError: for one that is no name, or a path.
    """
    if not re.fullmatch(NAME_PATTERN[1:-1], name) or len(name) > _LONGEST_NAME:
        raise SpecError(
            "NAME: expected lower-case letters, digits, '.', '_' and '-', a letter or digit first, "
            f"{_LONGEST_NAME} at most, found {shortened(name)}"
        )
    return name


def check_size(place: str, seconds: float, samples: float = 0.0) -> None:
    """Raises SpecError, beginning with the place, for a case that is longer or larger than any may be."""
    if seconds > LONGEST_SECONDS:
        longest, found = format_duration(LONGEST_SECONDS), format_duration(round(seconds))
        raise SpecError(f"{place}: expected at most {longest} with its history, found {found}")
    if samples > MOST_SAMPLES:
        raise SpecError(f"{place}: expected at most {MOST_SAMPLES:,} samples, found {samples:,.0f}")


def inside(folder: Path, name: str, place: str) -> Path:
    """A file of a case: in its folder, whatever links lead to.

    Raises:
        SpecError: for a path that leaves the folder, or leads to no file, beginning with ``place``.
    """
    path = folder / name
    try:
        is_inside, is_file = path.resolve().is_relative_to(folder.resolve()), path.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, with NUL in it, or links in a circle
        is_inside, is_file = True, False
    if not is_inside:
        raise SpecError(f"{place}: expected a file in the case's own folder, found {shortened(name)}")
    if not is_file:
        raise SpecError(f"{place}: expected a file beside it, found no {shortened(name)}")
    return path
