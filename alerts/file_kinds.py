"""What a YAML file is that people give in place of another, in their words."""

from collections.abc import Mapping
from typing import Any

from collector.redaction import shortened

_BY_KIND = {
    "PrometheusRule": "rules of the Prometheus operator (PrometheusRule)",
    "PrometheusRuleList": "rules of the Prometheus operator (PrometheusRuleList)",
    "AlertWindows": "windows of Sloth, which --windows takes",
}
_BY_KEYS = (
    (("rule_files", "tests"), "unit tests of rules"),
    (("groups",), "a Prometheus rule file"),
    (("scrape_configs",), "the configuration of a Prometheus"),
    (("rule_files",), "the configuration of a Prometheus"),
    (("tiers",), "a burn-rate policy"),
    (("route", "receivers"), "the configuration of an Alertmanager"),
    (("guardrails",), "guardrails"),
    (("incidents",), "a list of incidents, which --incidents takes"),
    (("samples", "start"), "the case.yml of a case, whose folder --cases takes"),
)


def kind_of(content: Mapping[str, Any]) -> str:
    """What a document is, or what it says of itself where it is none of what people mix up."""
    if (kind := str(content.get("kind"))) in _BY_KIND:
        return _BY_KIND[kind]
    for keys, name in _BY_KEYS:
        if all(key in content for key in keys):
            return name
    said = {key: content[key] for key in ("apiVersion", "version", "kind") if key in content}
    return shortened(said) if said else f"the keys {shortened(', '.join(map(str, content)))}"


def is_rules(content: Mapping[str, Any]) -> bool:
    """Whether a document is one of Prometheus rules."""
    return "groups" in content or content.get("kind") in {"PrometheusRule", "PrometheusRuleList", "List"}
