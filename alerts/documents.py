"""YAML files, checked against a model; a mistake is one line with file, key and what was expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from alerts.errors import SpecError
from collector.durations import parse_duration
from collector.yaml_text import load_all


class Strict(BaseModel):
    """A mapping in a file: keys it does not know are mistakes, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: object) -> object:
        if isinstance(data, Mapping):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known:
                    raise ValueError(f"unknown key {key!r}, expected one of {', '.join(known)}")
        return data


Model = TypeVar("Model", bound=BaseModel)


def _seconds(value: object) -> float:
    if not isinstance(value, str):
        raise ValueError(f"expected a duration such as 5m, found {value!r}")  # noqa: TRY004  pydantic wraps this
    return parse_duration(value)


Seconds = Annotated[float, BeforeValidator(_seconds)]


@dataclass(frozen=True)
class Document:
    """One YAML document. ``place`` is the file, and which document of it where there are several."""

    place: str
    content: Mapping[str, Any]

    def parse(self, model: type[Model]) -> Model:
        """The content as a ``model``.

        Raises:
            SpecError: ``place: key: expected …`` for the first mistake.
        """
        try:
            return model.model_validate(self.content)
        except ValidationError as error:
            raise SpecError(f"{self.place}: {_first_mistake(error)}") from error


def _first_mistake(error: ValidationError) -> str:
    mistake = error.errors()[0]
    key = ".".join(str(part) for part in mistake["loc"])
    text = "expected a value, found none" if mistake["type"] == "missing" else mistake["msg"]
    text = text.removeprefix("Value error, ").replace("Input should be", "expected")
    return f"{key}: {text}" if key else text


def read_documents(path: Path) -> list[Document]:
    """All YAML documents of a file; empty ones are left out.

    Raises:
        SpecError: for a file that cannot be read, is not YAML, gives a key twice, or is no mapping.
    """
    try:
        contents = [c for c in load_all(path.read_text(encoding="utf-8")) if c is not None]
    except OSError as error:
        raise SpecError(f"{path}: expected a readable file: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    if not contents:
        raise SpecError(f"{path}: expected a YAML mapping, found an empty file")
    for content in contents:
        if not isinstance(content, Mapping):
            raise SpecError(f"{path}: expected a YAML mapping, found {type(content).__name__}")
    many = len(contents) > 1
    return [Document(f"{path} (document {n})" if many else str(path), c) for n, c in enumerate(contents, 1)]


def read_document(path: Path) -> Document:
    """The one YAML document of a file."""
    documents = read_documents(path)
    if len(documents) > 1:
        raise SpecError(f"{path}: expected one YAML document, found {len(documents)}")
    return documents[0]
