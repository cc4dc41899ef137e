"""YAML in which every key is given once: of two, one would be dropped without a word."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from collector.redaction import without_quotations

_MERGE = "tag:yaml.org,2002:merge"
_DEEPEST = 100
_MOST_REPEATED = 200_000
_LONGEST_NUMBER = 100
_NULL = "tag:yaml.org,2002:null"
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_HALF = re.compile("[\ud800-\udfff]")


class RepeatedKeyError(yaml.YAMLError):
    """A mapping that gives a key twice; the text names the key and both lines."""


class NestedTooDeeplyError(yaml.YAMLError):
    """More levels than anybody means, which would exhaust the stack; the text names the line."""


class NoTextError(yaml.YAMLError):
    """An escaped surrogate, which no file, label or header can hold; the text names the line."""


class TooMuchRepeatedError(yaml.YAMLError):
    """Aliases and merges that make a short text fill the memory; the text names the line."""


class NoValueError(yaml.YAMLError):
    """A scalar of which no value can be made; the text names the line."""


class _OnceLoader(yaml.SafeLoader):
    """Looks before merges are resolved: a key may stand in for a merged one."""

    _depth = 0
    _repeated = 0

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            return self._alias(parent, index)
        self._depth += 1
        if self._depth > _DEEPEST:
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]  # PyYAML publishes none
            raise NestedTooDeeplyError(f"line {line}: expected at most {_DEEPEST} levels of nesting")
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            raise NoTextError(f"line {node.start_mark.line + 1}: expected Unicode, found half of a character")
        self._depth -= 1
        if node is not None:
            self._sizes[node] = 1 + sum(self._sizes.get(child, 1) for child in _children(node))
        return node

    def _alias(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A merge copies what the alias stands for, and so does whoever reads the document."""
        line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]  # PyYAML publishes none
        node = super().compose_node(parent, index)
        self._repeated += self._sizes.get(node, 1) if node is not None else 0
        if self._repeated > _MOST_REPEATED:
            said = f"expected aliases and merges that repeat at most {_MOST_REPEATED} values"
            raise TooMuchRepeatedError(f"line {line}: {said}")
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401  # as PyYAML
        if not isinstance(node, yaml.ScalarNode):
            return super().construct_object(node, deep)
        line = node.start_mark.line + 1
        if node.tag in _NUMBERS and len(node.value) > _LONGEST_NUMBER:
            raise NoValueError(f"line {line}: expected a number of at most {_LONGEST_NUMBER} characters")
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, ValueError) as error:  # of PyYAML's own making
            kind = node.tag.rpartition(":")[2]
            raise NoValueError(f"line {line}: expected a value of the kind {kind}") from error

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            name, line = (key.tag, key.value), key.start_mark.line + 1
            if name in lines:
                raise RepeatedKeyError(f"line {line}: the key {key.value!r} is in line {lines[name]} already")
            lines[name] = line
        return node


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.SequenceNode):
        yield from node.value
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair


class _AsWrittenLoader(_OnceLoader):
    pass


_AsWrittenLoader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag in {_MERGE, _NULL}]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> object:
    """The one document of a text.

    Raises:
        yaml.YAMLError: for what is not YAML, gives a key twice, is nested more than 100 levels deep, or
            whose aliases repeat too much; the text names the line, and does not repeat what stands in it.
    """
    with _told(text):
        return yaml.load(text, _OnceLoader)  # noqa: S506  # it is a SafeLoader


def load_all(text: str) -> list[Any]:
    """All documents of a text; raises as ``load`` does."""
    with _told(text):
        return list(yaml.load_all(text, _OnceLoader))  # it is a SafeLoader


def load_as_written(text: str) -> object:
    """The one document of a text, each scalar but null as it is written: ``0x10`` stays text, it is not 16.

    Raises as ``load`` does.
    """
    with _told(text):
        return yaml.load(text, _AsWrittenLoader)  # noqa: S506  # it is a SafeLoader


def load_all_as_written(text: str) -> list[Any]:
    """All documents of a text, as ``load_as_written`` has each of them; raises as ``load`` does."""
    with _told(text):
        return list(yaml.load_all(text, _AsWrittenLoader))  # it is a SafeLoader


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
