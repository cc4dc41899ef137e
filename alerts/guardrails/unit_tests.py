"""The promtool unit tests beside compiled guardrails: each just within and just beyond what it guards."""

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.guardrails.examples import Example, examples, step_seconds
from alerts.guardrails.rules import GUARDRAIL_ALERT
from alerts.guardrails.spec import Guardrail
from alerts.ruletests import group_names
from collector.durations import format_duration


def guardrail_tests(
    guardrails: Sequence[Guardrail], rule_file: str, rules: Mapping[str, Any]
) -> dict[str, Any]:
    """A file for ``promtool test rules``; a guardrail has none whose signal no made-up series would cross.

    rule_file, rules: what these guardrails were compiled to, and its name.
    """
    step = step_seconds(guardrails)
    return {
        "rule_files": [rule_file],
        "evaluation_interval": format_duration(step),
        "group_eval_order": group_names(rules),
        "tests": [
            _test(guardrail, example, step)
            for guardrail in guardrails
            for example in examples(guardrail, step)
        ],
    }


def untested(guardrails: Sequence[Guardrail], tests: Mapping[str, Any]) -> list[str]:
    """The names of those that have no test in the file."""
    tested = {test["name"].partition(" ")[0] for test in tests["tests"]}
    return [guardrail.name for guardrail in guardrails if guardrail.name not in tested]


def _test(guardrail: Guardrail, example: Example, step: float) -> dict[str, Any]:
    whose = f'service="{guardrail.service}",guardrail="{guardrail.name}"'
    fires = f'count(ALERTS{{alertname="{GUARDRAIL_ALERT}",alertstate="firing",{whose}}})'
    return {
        "name": f"{guardrail.name} {example.what}",
        "interval": format_duration(step),
        "input_series": [{"series": str(one.labels), "values": one.notation()} for one in example.series],
        "promql_expr_test": [
            {
                "expr": fires,
                "eval_time": format_duration(example.at_seconds),
                "exp_samples": [{"labels": "{}", "value": 1}] if example.fires else [],
            }
        ],
    }
