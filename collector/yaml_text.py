"""YAML in which every key is given once: of two, one would be dropped without a word."""

from typing import Any

import yaml

_MERGE = "tag:yaml.org,2002:merge"


class RepeatedKeyError(yaml.YAMLError):
    """A mapping that gives a key twice; the text names the key and both lines."""


class _OnceLoader(yaml.SafeLoader):
    """Looks before merges are resolved: a key may stand in for a merged one."""

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


def load(text: str) -> object:
    """The one document of a text.

    Raises:
        yaml.YAMLError: for what is not YAML, or gives a key twice.
    """
    return yaml.load(text, _OnceLoader)  # noqa: S506  # it is a SafeLoader


def load_all(text: str) -> list[Any]:
    """All documents of a text; raises as ``load`` does."""
    return list(yaml.load_all(text, _OnceLoader))  # it is a SafeLoader
