"""Reads one mapping of a configuration file: every key has a type, an unknown key is an error."""

import difflib
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from collector.durations import DurationTooLongError, parse_duration
from collector.errors import ConfigError

T = TypeVar("T")
_UNITS = {
    "": 1,
    "B": 1,
    "KB": 1000,
    "KiB": 1024,
    "MB": 1000**2,
    "MiB": 1024**2,
    "GB": 1000**3,
    "GiB": 1024**3,
}


class Section:
    """A mapping with its place in the file; ``finish`` refuses the keys that nothing asked for.

    Raises:
        ConfigError: from every method, naming file, key and what was expected.
    """

    def __init__(self, value: object, file: str, path: str = "") -> None:
        self.file = file
        self.path = path
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            raise self.error("", f"expected a mapping, found {_kind(value)}")
        self._values: Mapping[object, object] = value
        self._asked: set[str] = set()
        self._sought: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._sought.add(key)
        return key in self._values

    def error(self, key: str, expected: str) -> ConfigError:
        return ConfigError(f"{self.place(key)}: {expected}")

    def place(self, key: str) -> str:
        """File and key, as messages name them."""
        path = ".".join(part for part in (self.path, key) if part)
        return f"{self.file}: {path}" if path else self.file

    def raw(self, key: str) -> object:
        self._asked.add(key)
        return self._values.get(key)

    def text(self, key: str, default: str = "", *, expected: str = "text") -> str:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise self.error(key, f"expected {expected}, found {_shown(value)}")
        return str(value)

    def required(self, key: str) -> str:
        if not (value := self.text(key)):
            others = [str(name) for name in self._values if name not in self._asked]
            near = difflib.get_close_matches(key, others, 1)
            hint = f": is {near[0]} meant for it?" if near else ""
            raise self.error(key, f"expected text, found nothing{hint}")
        return value

    def neither(self, *keys: str) -> ConfigError:
        """Of keys of which one is needed and none is there, with the one that may be meant."""
        there = [str(name) for name in self._values]
        found = [(key, near) for key in keys for near in difflib.get_close_matches(key, there, 1)]
        hint = f": is {found[0][1]} meant for {found[0][0]}?" if found else ""
        place = f"{self.file}: {self.path}" if self.path else self.file
        return ConfigError(f"{place}: expected {' or '.join(keys)}, found neither{hint}")

    def flag(self, key: str, default: bool) -> bool:
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(key, f"expected true or false, found {_shown(value)}")
        return value

    def count(self, key: str, default: int = 0) -> int:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.error(
                key, f"expected a whole number, 0 or more, found {_shown(value)}{_digits(value)}"
            )
        return value

    def positive_count(self, key: str, default: int, most: int | None = None) -> int:
        if (value := self.count(key, default)) < 1:
            raise self.error(key, "expected a whole number, 1 or more, found 0")
        if most is not None and value > most:
            raise self.error(key, f"expected a whole number, at most {most}, found {value:.15g}")
        return value

    def seconds(self, key: str, default: float) -> float:
        text = self.text(key)
        if not text:
            return default
        try:
            return parse_duration(text)
        except DurationTooLongError as error:
            raise self.error(key, f"expected a duration of at most 292y, found {text[:40]!r}") from error
        except ValueError as error:
            raise self.error(key, f"expected a duration such as 30s or 5m, found {text[:40]!r}") from error

    def positive_seconds(self, key: str, default: float) -> float:
        if (value := self.seconds(key, default)) <= 0:
            raise self.error(key, "expected a duration above 0")
        return value

    def size_bytes(self, key: str, default: int = 0) -> int:
        text = self.text(key)
        number = text.rstrip("BKMGi")
        unit = text[len(number) :]
        if not text:
            return default
        if not re.fullmatch(r"[0-9]{1,15}", number) or unit not in _UNITS or (not unit and int(number)):
            raise self.error(key, f"expected a size such as 10MB, found {text[:40]!r}")
        return int(number) * _UNITS[unit]

    def choice(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.text(key, default)
        if value not in allowed:
            raise self.error(key, f"expected one of {', '.join(allowed)}, found {value[:40]!r}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str | int | float) for item in value):
            raise self.error(key, f"expected a list of texts, found {_parts(value)}")
        return tuple(str(item) for item in value)

    def mapping(self, key: str) -> dict[str, str]:
        value = self.raw(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(
            isinstance(v, str | int | float) for v in value.values()
        ):
            raise self.error(key, f"expected names with texts, found {_parts(value)}")
        return {str(name): _spelled(text) for name, text in value.items()}

    def section(self, key: str) -> "Section":
        return Section(self.raw(key), self.file, f"{self.path}.{key}" if self.path else key)

    def optional(self, key: str, parse: Callable[["Section"], T]) -> T | None:
        return parse(self.section(key)) if key in self else None

    def sections(self, key: str, parse: Callable[["Section"], T]) -> tuple[T, ...]:
        value = self.raw(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error(key, f"expected a list, found {_kind(value)}")
        base = f"{self.path}.{key}" if self.path else key
        return tuple(parse(Section(item, self.file, f"{base}[{n}]")) for n, item in enumerate(value))

    def finish(self, unsupported: tuple[str, ...] = ()) -> None:
        """Refuses unknown keys, suggesting the nearest known one."""
        expected = sorted(self._asked | self._sought)
        for key in map(str, self._values):
            if key in self._asked:
                continue
            if key in unsupported:
                raise self.error(key, f"is not supported by Fireline: expected one of {', '.join(expected)}")
            near = difflib.get_close_matches(key, expected, 1)
            hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(expected)}"
            raise self.error(key, f"unknown key: {hint}")


def _spelled(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: object) -> str:
    """A scalar as it is; of what holds others only the kind, as a secret may be among them."""
    match value:
        case None:
            return "nothing"
        case bool():
            return _spelled(value)
        case int() | float():
            return f"the number {str(value)[:40]}"
        case str():
            return f"the text {value[:40]!r}"
    return _kind(value)


def _digits(value: object) -> str:
    """YAML takes ``1e6`` for text: how the integer is written that is meant."""
    try:
        number = float(value) if isinstance(value, str | float) else math.nan
    except ValueError:
        return ""
    return f": write {int(number)}" if 0 <= number < 2**53 and number.is_integer() else ""


def _parts(value: object) -> str:
    """What keeps a collection from being one of texts."""
    items = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    odd = next((item for item in items if not isinstance(item, str | int | float)), value)
    return _kind(value) if odd is value else f"{_kind(odd)} in it"


def _kind(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)


_KINDS: dict[type, str] = {
    type(None): "nothing",
    bool: "true or false",
    int: "number",
    float: "number",
    str: "text",
    list: "list",
    dict: "mapping",
}
