import pytest

from alerts.guardrails.rules import compile_guardrails
from collector.labels import Labels
from collector.rules.appenders import NowhereAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import parse_groups
from collector.series import Sample
from dashboards.guardrail_alerts import GuardrailAlerts


class Below:
    """Answers every query with the same series."""

    def __init__(self, *names):
        self.names = names

    def instant(self, query, at):
        return [Sample(Labels({"cache": name}), at, 0.4) for name in self.names]


@pytest.fixture
def engine(hit_ratio):
    """Evaluates the guardrail's own rule, which holds for two minutes, at 100 and at the given times."""

    def run(*times, series=("extras",)):
        rules = compile_guardrails([hit_ratio])
        rules["groups"][0]["rules"][0]["for"] = "2m"
        (group,) = parse_groups(rules, "guardrails")
        made = RuleEngine([group], Below(*series), NowhereAppender())
        for at in (100.0, *times):
            made.evaluate(group, at)
        return made

    return run


def test_condition_that_holds_is_pending_since_it_began(engine):
    alerts = GuardrailAlerts.of([], engine(115.0).statuses)
    assert alerts == GuardrailAlerts(frozenset(), {"hit_ratio": 100.0})


def test_alert_that_fires_is_not_pending(engine):
    assert GuardrailAlerts.of([], engine(220.0).statuses).pending == {}


def test_guardrail_of_several_series_waits_since_the_first(engine):
    made = engine()
    made._querier.names = ("extras", "product")
    made.evaluate(made.groups[0], 130.0)
    assert GuardrailAlerts.of([], made.statuses).pending == {"hit_ratio": 100.0}


def test_firing_is_what_the_labels_of_alerts_say():
    labels = [Labels({"guardrail": "hit_ratio"}), Labels({"slo": "orders"})]
    assert GuardrailAlerts.of(labels, ()).firing == {"hit_ratio"}
