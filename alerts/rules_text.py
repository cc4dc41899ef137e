"""Rule files and what stands beside them, as YAML that people read."""

from collections.abc import Mapping
from typing import Any

import yaml


def rules_yaml(rules: Mapping[str, Any]) -> str:
    """The YAML of a rule file or of its tests."""
    return yaml.dump(dict(rules), Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=1_000_000)


class _PlainDumper(yaml.SafeDumper):
    """Repeats what occurs twice: people read these files, and an anchor sends them elsewhere."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401  the dumper's own signature
        return True
