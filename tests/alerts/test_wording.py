import pytest

from alerts.compile import CompileOptions, compile_slos
from alerts.guardrails.spec import Guardrail
from alerts.guardrails.wording import guardrail_annotations
from alerts.policy import load_policy
from alerts.slo import Sli, SliKind, Slo
from collector.labels import Labels
from collector.series import Sample
from collector.templates import parse_template

RUN = '{{ with query "secret" }}{{ . | first | value }}{{ end }} {{- $x }} {{'
STRANGE = 'all_total{path=~"a`b|{{.id}}|5%"}'


def filled(texts, asked=None):
    """What Prometheus makes of annotations; every query finds a seven."""

    def query(text):
        if asked is not None:
            asked.append(text)
        return [Sample(Labels(), 0.0, 7.0)]

    return {name: parse_template(text).fill({}, 1.0, {}, query) for name, text in texts.items()}


def annotations(slo, *, recorded):
    groups = compile_slos([slo], {"default": load_policy("default")}, CompileOptions(recorded=recorded))[
        "groups"
    ]
    return [rule["annotations"] for group in groups for rule in group["rules"] if "alert" in rule]


@pytest.mark.parametrize("recorded", [True, False])
def test_a_title_runs_nothing_and_is_shown_as_it_is(recorded):
    sli = Sli(SliKind.AVAILABILITY, "sum(increase(bad_total[$window]))", "sum(increase(all_total[$window]))")
    slo = Slo("web", "shop", 0.99, sli, title={"en": f"Web {RUN}", "ko": f"웹 {RUN}"})
    for texts in annotations(slo, recorded=recorded):
        asked = []
        told = filled(texts, asked)
        assert told["subject"] == f"Web {RUN}"
        assert told["summary"].startswith(f"Web {RUN}: ")
        assert told["summary_ko"].startswith(f"웹 {RUN}: ")
        assert "secret" not in asked


def test_a_guardrails_title_runs_nothing():
    titles = {"en": f"Hits {RUN}", "ko": f"적중 {RUN}"}
    told = filled(guardrail_annotations(Guardrail("hits", titles, "shop", "up", "ratio", "below", 0.5)))
    assert told["summary"] == f"Hits {RUN} is at 100%"
    assert told["summary_ko"].startswith(f"적중 {RUN}: ")


@pytest.mark.parametrize("recorded", [True, False])
def test_a_query_is_asked_and_shown_as_it_is(recorded):
    total = f"sum(increase({STRANGE}[$window]))"
    sli = Sli(SliKind.AVAILABILITY, f"{total} * 0.5", total)
    asked = []
    made = annotations(Slo("web", "shop", 0.99, sli), recorded=recorded)
    told = [filled(texts, asked)["description"] for texts in made]
    assert any(text.startswith("absent(") and STRANGE in text for text in asked)
    assert any("What matches nothing: " in text and STRANGE in text for text in told)
