from dataclasses import replace

import pytest

from postmortem.public.names import public_words
from postmortem.records import Alert, Event

QUERY = 'sum(rate(served_total{job="atlas",cluster=~"borneo|java",code="500",route="/carts"}[$window]))'
ITEM = {
    "action": 1, "change": "added", "owner": "minsu", "due": "2025-09-20", "horizon": "mid",
    "cause": "", "proof": "drill:banner-spike", "public": "More room for carts",
}  # fmt: skip


def event(id_, kind, attributes):
    return Event(id=id_, at=1300.0, kind=kind, text="-", author="kim", attributes=attributes)


@pytest.fixture(scope="module")
def evidence(seed_report):
    """Records that hold names in many places."""
    known = seed_report.evidence
    alert = Alert(
        labels={"alertname": "Burn", "instance": "db-1.internal:9100", "pod": "cart-7f9c-x"},
        annotations={"channel": "#ops-kraken", "note": "Sign-in errors, see https://wiki.zephyr/runbook"},
        starts_at=1260.0,
        generator_url="http://narwhal:9090/graph?g0.expr=whale_songs_total",
    )
    events = (
        event(1, "action", ITEM),
        event(
            2, "note", {"host": "webhost", "build": "nightly-4", "row": "impact.start", "text_en": "Carts"}
        ),
        event(3, "switch", {"switch": "readonly_mode"}),
    )
    slo = known.slos[0].model_copy(update={"bad": QUERY, "total": QUERY})
    incident = known.incident.model_copy(update={"alerts": (alert,), "services": ("replica",)})
    return replace(known, incident=incident, events=events, slos=(slo,))


@pytest.mark.parametrize(
    "text",
    [
        "Reads through atlas", "Reads in borneo", "java의 조회", "We count served_total",
        "Whale-songs-total rose",
        "db-1.internal was slow", "db-1 was slow", "Pod cart-7f9c-x", "wiki.zephyr has it",
        "We restarted narwhal", "The team ops-kraken", "kim이 고칩니다", "minsu fixes it",
        "We repeat banner-spike",
        "webhost를 바꿉니다", "Tonight's nightly-4", "readonly mode is on", "replica를 늘립니다", "새replica",
    ],
)  # fmt: skip
def test_a_name_of_the_records_is_not_told(evidence, text):
    assert public_words(text, evidence) is None


@pytest.mark.parametrize(
    "text",
    ["More room for carts", "Sign-in errors", "The impact was short", "장바구니 20개까지 담을 수 있습니다"],
)
def test_ordinary_words_beside_names_are_told(evidence, text):
    assert public_words(text, evidence) == text
