"""What the comments of a metrics page say of its metric families."""

import re
from dataclasses import dataclass, replace

from collector.sample_line import unquoted

MOST_FAMILIES = 10_000
MOST_CHARACTERS = 4 * 1024 * 1024
_NAME = r'("(?:[^"\\]++|\\.)++"|[a-zA-Z_:][a-zA-Z0-9_:]*)'
_TEXT = re.compile(
    r"#[ \t]+(HELP|TYPE|UNIT)[ \t]+(?:" + _NAME + r"(?=[ \t]|$)(?:[ \t](.*))?|(.*))", re.DOTALL
)
_OPENMETRICS = re.compile(r"# (HELP|TYPE|UNIT) " + _NAME + r" (.*)", re.DOTALL)
_BEGINS_NAME = re.compile(r'[a-zA-Z_:"]')
_TEXT_TYPES = frozenset({"counter", "gauge", "histogram", "summary", "untyped"})
_OPENMETRICS_TYPES = _TEXT_TYPES - {"untyped"} | {"gaugehistogram", "info", "stateset", "unknown"}


@dataclass(frozen=True)
class Metadata:
    """What a page says of a metric family."""

    type: str = "unknown"
    help: str = ""
    unit: str = ""


class Families:
    """Those of one page; of more than MOST_FAMILIES, or of longer texts than memory, the rest is left out."""

    def __init__(self) -> None:
        self.known: dict[str, Metadata] = {}
        self.left_out = 0  # comments
        self._characters = 0

    def read_text(self, line: str) -> None:
        """A comment of the text format.

        Raises:
            ValueError: for a name or a type that Prometheus refuses.
        """
        found = _TEXT.fullmatch(line)
        if not found:
            return
        kind, name, said, _ = found.groups()
        if name is None and kind != "UNIT" and not _BEGINS_NAME.match(found[4] or "a"):
            raise ValueError(f"expected a metric name after {kind}, found {found[4][:40]!r}")
        if kind == "TYPE":
            _check_type(said or "", _TEXT_TYPES)
        if name is not None:
            self._note(unquoted(name), kind, said or "")

    def read_openmetrics(self, line: str) -> None:
        """A comment of OpenMetrics but ``# EOF``.

        Raises:
            ValueError: for what is none, and for a type or unit that Prometheus refuses.
        """
        found = _OPENMETRICS.fullmatch(line)
        if not found:
            raise ValueError(f"expected # HELP, # TYPE, # UNIT or # EOF, found {line[:40]!r}")
        kind, name, said = found[1], unquoted(found[2]), found[3]
        if kind == "TYPE":
            _check_type(said, _OPENMETRICS_TYPES)
        if kind == "UNIT" and said and not name.endswith(f"_{said}"):
            raise ValueError(f"expected a metric name that ends with its unit {said[:40]!r}")
        self._note(name, kind, said)

    def _note(self, name: str, kind: str, said: str) -> None:
        is_new = name not in self.known
        characters = self._characters + len(said) + len(name) * is_new
        if characters > MOST_CHARACTERS or (is_new and len(self.known) >= MOST_FAMILIES):
            self.left_out += 1
            return
        self._characters = characters
        self.known[name] = _with(self.known.get(name, Metadata()), kind, said)


def _check_type(said: str, types: frozenset[str]) -> None:
    if said not in types:
        raise ValueError(f"expected a type of {', '.join(sorted(types))}, found {said[:40]!r}")


def _with(known: Metadata, kind: str, said: str) -> Metadata:
    match kind:
        case "TYPE":
            return replace(known, type="unknown" if said == "untyped" else said)
        case "UNIT":
            return replace(known, unit=said)
        case _:
            return replace(known, help=said.replace("\\n", "\n").replace("\\\\", "\\"))
