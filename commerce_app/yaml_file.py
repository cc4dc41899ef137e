"""Small YAML files that people write for the shop: read within bounds, whatever is in them."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

LARGEST_BYTES = 65_536
# With every alias replaced by what it stands for, which a few lines can make endless.
LARGEST_WRITTEN_OUT = 262_144
LONGEST_TOLD = 400

Model = TypeVar("Model", bound=BaseModel)


class YamlFileError(Exception):
    """A file that cannot be taken; the text says what was expected, in one line without the file's name."""


def read_yaml(path: Path) -> object:
    """What the file holds; bytes beyond the bound are not read.

    Raises:
        YamlFileError: where it cannot be read, is no YAML, or more than anybody means.
        FileNotFoundError: where there is none.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise YamlFileError(f"expected a file that can be read: {error.strerror or error}") from error
    except ValueError as error:
        raise YamlFileError(f"expected the name of a file: {error}") from error
    if len(content) > LARGEST_BYTES:
        raise YamlFileError(f"expected at most {LARGEST_BYTES} bytes")
    try:
        return _parsed(content.decode())
    # Beside its own errors PyYAML raises those of what it calls, for dates and numbers that are none.
    except (
        yaml.YAMLError,
        ArithmeticError,
        AttributeError,
        LookupError,
        ValueError,
        RecursionError,
    ) as error:
        raise YamlFileError(f"expected YAML: {told(error)}") from error


def read_model(
    path: Path, model: type[Model], failure: type[Exception], complaint: Callable[[ErrorDetails], str]
) -> Model:
    """What the file holds, as the model has it. complaint: the words for what does not fit it.

    Raises:
        failure: naming the file, the key and what was expected.
    """
    try:
        return model.model_validate(read_yaml(path))
    except FileNotFoundError as error:
        raise failure(f"{path}: {error.strerror}") from error
    except YamlFileError as error:
        raise failure(f"{path}: {error}") from error
    except ValidationError as error:
        raise failure(f"{path}: {complaint(first_mistake(error))}") from error


def told(value: object) -> str:
    """In one line, cut where it is long, and without characters that forge another line or hide this one."""
    text = "".join(each if each.isprintable() else " " for each in str(value))
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_TOLD else f"{words[:LONGEST_TOLD]}…"


def first_mistake(error: ValidationError) -> ErrorDetails:
    """What to tell of a file: an unknown key rather than the key that is missing for being misspelt."""
    found = error.errors()
    return next((each for each in found if each["type"] == "extra_forbidden"), found[0])


def _parsed(text: str) -> object:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        if _written_out(node, {}) > LARGEST_WRITTEN_OUT:
            raise YamlFileError(f"expected at most {LARGEST_WRITTEN_OUT} characters, aliases written out")
        content: object = loader.construct_document(node)
        return content
    finally:
        loader.dispose()


def _written_out(node: yaml.Node, known: dict[yaml.Node, int]) -> int:
    """How many characters, about; more than the largest for a node that holds itself."""
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 1
    if node not in known:
        known[node] = LARGEST_WRITTEN_OUT + 1
        known[node] = 1 + sum(_written_out(each, known) for each in _held(node))
    return known[node]


def _held(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for each in pair]
    return list(node.value)
