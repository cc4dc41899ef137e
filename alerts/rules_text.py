"""Rule files and what stands beside them, as YAML that people read."""

from collections.abc import Mapping
from typing import Any

import yaml


def rules_yaml(rules: Mapping[str, Any]) -> str:
    """The YAML of a rule file or of its tests."""
    text = _written(rules, _FastDumper)
    return _written(rules, _ExactDumper) if "\\U" in text else text  # libyaml spells out every emoji


def _written(rules: Mapping[str, Any], dumper: type["_FastDumper | _ExactDumper"]) -> str:
    text: str = yaml.dump(dict(rules), Dumper=dumper, sort_keys=False, allow_unicode=True, width=1_000_000)
    return text


class _Repeating:
    """Repeats what occurs twice: people read these files, and an anchor sends them elsewhere."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


class _FastDumper(_Repeating, yaml.CSafeDumper):
    """Several times as fast, byte for byte the same but for emoji."""


class _ExactDumper(_Repeating, yaml.SafeDumper):
    """As PyYAML itself writes."""
