"""Loaders of YAML that take every key once and bound what they make: a fast one and an exact one."""

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

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


class TooManyValuesError(yaml.YAMLError):
    """A text of more values than its reader takes; the text names the line."""


class NoValueError(yaml.YAMLError):
    """A scalar of which no value can be made; the text names the line."""


class _Once(Composer, SafeConstructor, Resolver):
    """Looks before merges are resolved: a key may stand in for a merged one."""

    peek_event: Callable[[], Any]  # of the parser that is beside it

    def __init__(self, most_values: int | None) -> None:
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self._most_values = most_values
        self._depth = 0
        self._repeated = 0
        self._composed = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent):
            return self._alias(parent, index)
        self._depth += 1
        if self._depth > _DEEPEST:
            line = event.start_mark.line + 1
            raise NestedTooDeeplyError(f"line {line}: expected at most {_DEEPEST} levels of nesting")
        before = self._composed
        node = super().compose_node(parent, index)
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            raise NoTextError(f"line {node.start_mark.line + 1}: expected Unicode, found half of a character")
        self._depth -= 1
        self._composed += 1
        if self._most_values is not None and self._composed > self._most_values:
            line = event.start_mark.line + 1
            raise TooManyValuesError(f"line {line}: expected at most {self._most_values} values in a file")
        if event.anchor is not None and node is not None:
            self._sizes[node] = self._composed - before
        return node

    def _alias(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """A merge copies what the alias stands for, and so does whoever reads the document."""
        line = self.peek_event().start_mark.line + 1
        node = super().compose_node(parent, index)
        size = self._sizes.get(node, 1) if node is not None else 0
        self._composed += size
        self._repeated += size
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


class ExactLoader(_Once, Reader, Scanner, Parser):
    """Reads with PyYAML's own parser, whose errors are the ones that people see."""

    def __init__(self, text: str, most_values: int | None = None) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        super().__init__(most_values)


class FastLoader(_Once, CParser):
    """Reads with libyaml, which is some forty times as fast as PyYAML's own parser."""

    def __init__(self, text: str, most_values: int | None = None) -> None:
        CParser.__init__(self, text)
        super().__init__(most_values)


_AS_WRITTEN = {
    sign: [(tag, pattern) for tag, pattern in resolvers if tag in {_MERGE, _NULL}]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class ExactAsWrittenLoader(ExactLoader):
    yaml_implicit_resolvers = _AS_WRITTEN


class FastAsWrittenLoader(FastLoader):
    yaml_implicit_resolvers = _AS_WRITTEN
