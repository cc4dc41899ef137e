"""YAML files, checked against a model; a mistake is one line with file, key and what was expected."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from alerts.errors import SpecError
from alerts.mistakes import mistakes
from collector.durations import DurationTooLongError, parse_duration
from collector.redaction import shortened
from collector.yaml_text import load_all

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails, InitErrorDetails


class Strict(BaseModel):
    """A mapping in a file: keys it does not know are mistakes, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: object) -> object:
        """Unknown keys beside whatever else is wrong, and before it."""
        known = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [key for key in data if key not in known] if isinstance(data, Mapping) else []
        if not isinstance(data, Mapping) or not unknown:
            return data
        mistakes: list[InitErrorDetails] = [_unknown(key, known, data) for key in unknown]
        try:
            cls.model_validate({key: value for key, value in data.items() if key in known})
        except ValidationError as error:
            mistakes += [_again(each) for each in error.errors()]
        raise ValidationError.from_exception_data(cls.__name__, mistakes)


def _unknown(key: object, known: Sequence[str], data: object) -> "InitErrorDetails":
    near = difflib.get_close_matches(str(key), known, 1, _NEAR)
    hint = f": {near[0]} is meant?" if near else ""
    text = f"unknown key {key!r}, expected one of {', '.join(known)}{hint}"
    return {"type": PydanticCustomError("unknown_key", "{text}", {"text": text}), "loc": (), "input": data}


def _again(mistake: "ErrorDetails") -> "InitErrorDetails":
    """A mistake that was found already, for another to be told with it."""
    text = PydanticCustomError(mistake["type"], "{text}", {"text": mistake["msg"], **mistake.get("ctx", {})})
    return {"type": text, "loc": mistake["loc"], "input": mistake["input"]}


MOST_BYTES = 16 * 1024 * 1024
MOST_VALUES = 500_000  # some thousands of SLOs; each costs half a kilobyte while it is read
_NEAR = 0.6
LONGEST_NAME = 253
"""Of names and services: as long as Kubernetes takes names. Each stands in every rule, many times."""
LONGEST_SECONDS = 10 * 365 * 86_400.0
_SERVICE = re.compile(r"\w[\w ._:/@-]*")

Model = TypeVar("Model", bound=BaseModel)


def duration_seconds(value: object) -> float:
    """Seconds of a duration in a file.

    Raises:
        ValueError: for anything else, or one that is longer than any clock here goes.
    """
    expected = f"expected a duration such as 30s or 5m, found {shortened(value)}"
    if not isinstance(value, str):
        raise ValueError(expected)  # noqa: TRY004  pydantic wraps this
    too_long = f"expected a duration of at most 10y, found {shortened(value)}"
    try:
        seconds = parse_duration(value)
    except DurationTooLongError as error:
        raise ValueError(too_long) from error
    except ValueError as error:
        raise ValueError(expected) from error
    if seconds > LONGEST_SECONDS:
        raise ValueError(too_long)
    return seconds


def _above_zero(seconds: float) -> float:
    if seconds <= 0:
        raise ValueError("expected a duration above 0")
    return seconds


Seconds = Annotated[float, BeforeValidator(duration_seconds)]
Window = Annotated[Seconds, AfterValidator(_above_zero)]


def _service(name: str) -> str:
    """Stands in selectors and in templates, so that it must not end either."""
    if len(name) > LONGEST_NAME:
        raise ValueError(f"expected at most {LONGEST_NAME} characters, found {shortened(name)}")
    if not _SERVICE.fullmatch(name):
        raise ValueError(f"expected letters, digits, spaces and ._:/@-, found {shortened(name)}")
    return name


Service = Annotated[str, AfterValidator(_service)]


@dataclass(frozen=True)
class Document:
    """One YAML document. ``place`` is the file, and which document of it where there are several.

    beside: all documents that were given together with it, itself among them, for those it refers to.
    """

    place: str
    content: Mapping[str, Any]
    beside: tuple["Document", ...] = field(default=(), repr=False, compare=False)

    def parse(self, model: type[Model]) -> Model:
        """The content as a ``model``.

        Raises:
            SpecError: ``place: key: expected …``, for several mistakes one after another.
        """
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            raise SpecError(f"{self.place}: {'; '.join(mistakes(error, self.content))}") from error


def read_documents(path: Path) -> list[Document]:
    """All YAML documents of a file; empty ones are left out, and a list of mappings counts as so many.

    Raises:
        SpecError: for a file that cannot be read, is too large, not YAML or no mapping, or gives a key twice.
    """
    try:
        contents = [c for c in load_all(_text(path), MOST_VALUES) if c is not None]
    except OSError as error:
        raise SpecError(f"{path}: expected a readable file: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    contents = [each for content in contents for each in _listed(content)]
    if not contents:
        raise SpecError(f"{path}: expected a YAML mapping, found an empty file")
    for content in contents:
        if not isinstance(content, Mapping):
            raise SpecError(f"{path}: expected a YAML mapping, found {type(content).__name__}")
    many = len(contents) > 1
    return [Document(f"{path} (document {n})" if many else str(path), c) for n, c in enumerate(contents, 1)]


def _text(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise SpecError(f"{path}: expected a file of at most {MOST_BYTES // 1024**2} MiB, found a larger one")
    return content.decode("utf-8")


def _listed(content: object) -> list[Any]:
    """Several documents may stand as a list of mappings in one."""
    if isinstance(content, list) and content and all(isinstance(each, Mapping) for each in content):
        return content
    return [content]


def read_document(path: Path) -> Document:
    """The one YAML document of a file."""
    documents = read_documents(path)
    if len(documents) > 1:
        raise SpecError(f"{path}: expected one YAML document, found {len(documents)}")
    return documents[0]
