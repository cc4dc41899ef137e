"""Rule files as Kubernetes' ``PrometheusRule``, which the Prometheus operator gives to its servers.

Source: https://prometheus-operator.dev/docs/api-reference/api, PrometheusRule.
"""

import re
from collections.abc import Mapping
from typing import Any

from alerts.errors import SpecError
from collector.rules.files import RESOURCE_KIND, RESOURCE_VERSION

_LONGEST_NAME = 253
_NO_NAME = re.compile(r"[^a-z0-9.-]+")
_LABEL = re.compile(r"([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")


def prometheus_rule(
    name: str, rules: Mapping[str, Any], labels: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The resource that holds a rule file. labels: by which an operator chooses what its servers load."""
    metadata: dict[str, Any] = {"name": _resource_name(name)}
    if labels:
        metadata["labels"] = dict(labels)
    return {"apiVersion": RESOURCE_VERSION, "kind": RESOURCE_KIND, "metadata": metadata, "spec": dict(rules)}


def resource_labels(pairs: tuple[str, ...]) -> dict[str, str]:
    """Labels given as ``NAME=VALUE``.

    Raises:
        SpecError: for one that Kubernetes would refuse.
    """
    labels: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not _LABEL.fullmatch(name) or not _VALUE.fullmatch(value):
            raise SpecError(f"--label: expected NAME=VALUE such as release=prometheus, found {pair!r}")
        labels[name] = value
    return labels


def _resource_name(name: str) -> str:
    """As Kubernetes names resources: small letters, digits, dots and dashes."""
    return _NO_NAME.sub("-", name.lower())[:_LONGEST_NAME].strip("-.") or "fireline"
