"""YAML in which every key is given once: of two, one would be dropped without a word."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import yaml

from collector.redaction import without_quotations
from collector.yaml_loaders import (
    ExactAsWrittenLoader,
    ExactLoader,
    FastAsWrittenLoader,
    FastLoader,
    TooManyValuesError,
)

# What libyaml and PyYAML read differently: tabs, byte order marks, the tag that is only a "!".
_READ_OTHERWISE = re.compile(r"[\t\ufeff]|(?:\A|[\s\[{,:])!(?=[\s\[\]{},]|\Z)")

_Loader = Callable[[str], FastLoader | ExactLoader]


def load(text: str) -> object:
    """The one document of a text.

    Raises:
        yaml.YAMLError: for what is not YAML, gives a key twice, is nested more than 100 levels deep, or
            whose aliases repeat too much; the text names the line, and does not repeat what stands in it.
    """
    return _single(text, FastLoader, ExactLoader)


def load_all(text: str, most_values: int | None = None) -> list[Any]:
    """All documents of a text; raises as ``load`` does, and for more values than ``most_values``."""
    return _several(
        text, partial(FastLoader, most_values=most_values), partial(ExactLoader, most_values=most_values)
    )


def load_as_written(text: str) -> object:
    """The one document of a text, each scalar but null as it is written: ``0x10`` stays text, it is not 16.

    Raises as ``load`` does.
    """
    return _single(text, FastAsWrittenLoader, ExactAsWrittenLoader)


def load_all_as_written(text: str) -> list[Any]:
    """All documents of a text, as ``load_as_written`` has each of them; raises as ``load`` does."""
    return _several(text, FastAsWrittenLoader, ExactAsWrittenLoader)


def _single(text: str, fast: _Loader, exact: _Loader) -> object:
    return _read(text, fast, exact, yaml.load)


def _several(text: str, fast: _Loader, exact: _Loader) -> list[Any]:
    found: list[Any] = _read(text, fast, exact, lambda *given: list(yaml.load_all(*given)))
    return found


def _read(text: str, fast: _Loader, exact: _Loader, read: Callable[[str, Any], Any]) -> Any:  # noqa: ANN401  # as PyYAML
    """What libyaml refuses is read again: PyYAML decides, and places and words errors as people know them."""
    if not _READ_OTHERWISE.search(text):
        try:
            return read(text, fast)
        except TooManyValuesError:
            raise  # the exact parser is slow, and would say the same
        except (yaml.YAMLError, RecursionError, ValueError):
            pass  # what it is, the exact parser says below
    with _told(text):
        return read(text, exact)


@contextmanager
def _told(text: str) -> Iterator[None]:
    """PyYAML quotes the line, which may hold a password, and lets out what making a value raises."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        raise yaml.YAMLError(_place_and_problem(error)) from None  # the cause quotes the line
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        reason = f"line {line}: expected text, found the character {error.character:#x}"
        raise yaml.YAMLError(reason) from None
    except RecursionError:  # merges of merges
        raise yaml.YAMLError("expected fewer merges of what is merged itself") from None
    except ValueError as error:
        raise yaml.YAMLError(without_quotations(str(error))) from None


def _place_and_problem(error: yaml.MarkedYAMLError) -> str:
    said = without_quotations(error.problem or "not YAML")
    mark = error.problem_mark or error.context_mark
    if error.context:
        begun = error.context_mark
        said += f" {error.context}" + (f" that began in line {begun.line + 1}" if begun else "")
    return f"line {mark.line + 1}, column {mark.column + 1}: {said}" if mark else said
