"""The k6 tests that run against any shop: their names, what each is for, how one is started."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
SUFFIX = ".js"


class UnknownTestError(Exception):
    """No test of that name; the text lists those there are."""


@dataclass(frozen=True)
class LoadTest:
    """``purpose`` is the first line of the script's header."""

    name: str
    path: Path
    purpose: str

    def command(self, k6: Path, summary: Path | None = None) -> list[str]:
        """k6 with this script; ``summary``: a file for its figures as JSON."""
        export = ["--summary-export", str(summary)] if summary else []
        # Without an address no second k6 finds the port of its API taken.
        return [str(k6), "run", "--address", "", *export, str(self.path)]


def load_tests() -> tuple[LoadTest, ...]:
    """Every test of the package, by name. A new one is one file, ``k6-NAME-test.js``."""
    return tuple(_test(path) for path in sorted(FOLDER.glob(f"k6-*{SUFFIX}")))


def find_test(name: str) -> LoadTest:
    """A test by its name, which may end in ``.js``.

    Raises:
        UnknownTestError: when there is none.
    """
    tests = {test.name: test for test in load_tests()}
    if (test := tests.get(name.removesuffix(SUFFIX))) is None:
        raise UnknownTestError(f"{name}: expected one of {', '.join(tests)}")
    return test


def environment(url: str | None, duration_scale: float | None) -> Mapping[str, str]:
    """What the scripts read; what is not given stays as the caller's environment has it."""
    given = {"BASE_URL": url, "DURATION_SCALE": None if duration_scale is None else f"{duration_scale:g}"}
    return {"K6_NO_USAGE_REPORT": "true", **{name: value for name, value in given.items() if value}}


def _test(path: Path) -> LoadTest:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return LoadTest(path.stem, path, first.removeprefix("// "))
