from dataclasses import replace

import pytest

from alerts.charts.model import Language
from postmortem.public.inside import internal_names
from postmortem.public.names import public_title, public_words
from postmortem.records import SignalMap


@pytest.fixture(scope="module")
def told(seed_report):
    """Whether a title of the first objective may be told, beside services of these names."""
    evidence = seed_report.evidence
    services = ("pgbouncer", "postgres-replica", "checkout", "결제서버", "order")
    labels = {**evidence.incident.alerts[0].labels, "sloth_severity": "page"}
    alert = evidence.incident.alerts[0].model_copy(update={"labels": labels})
    incident = evidence.incident.model_copy(update={"services": services, "alerts": (alert,)})
    names = internal_names(replace(evidence, incident=incident))
    slo = evidence.slos[0].model_copy(update={"service": "order"})

    def told(title):
        titled = slo.model_copy(update={"title": {"en": title}})
        return public_title(titled, Language.EN, names) == title

    return told


@pytest.mark.parametrize(
    "title",
    [
        "pgbouncer-based pool", "Orders\u2014pgbouncer", "pgbouncer\u2013pool", "Orders \u00b7pgbouncer",
        "pgbouncer\u00b7orders", "pgbouncer\u2022orders", "pgbouncer\u30fborders", "pgbouncer&orders",
        "Orders through pgbouncers", "pgbouncer\u2019s orders", "Checkouts", "Reads of postgres replica",
        "Reads of postgres\u2011replica", "Reads of postgres\u00b7replicas", "Reads of postgresreplica",
        "Requests on pg\u200bbouncer", "Requests on pg\u00adbouncer", "pg\u2060bouncer reads",
        "\uff50\uff47\uff42\uff4f\uff55\uff4e\uff43\uff45\uff52 reads", "Orders on db\uff11",
        "10\u20240\u20240\u20241 is slow", "결제서버의 주문", "결제\u200b서버", "order\u2011availability",
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_joined_or_written(told, title):
    assert not told(title)


@pytest.mark.parametrize(
    "title",
    ["Placing an order", "Order availability", "Sign-in", "주문하기", "Check out a cart", "Page of my cart"],
)
def test_plain_words_are_told(told, title):
    assert told(title)


@pytest.mark.parametrize(
    ("signal", "title", "is_told"),
    [
        ("orders", "Orders of our customers", True),
        ("주문", "주문하기", True),
        ("order-latency", "Order latency", True),
        ("order-latency", "Our order-latency", False),
        ("carts_paid", "Paying carts_paid", False),
        ("cartsPaid", "Paying cartspaid", False),
        ("carts2", "Paying carts2", False),
        ("replica", "Reads of the replica", False),
        ("redis-calls", "Redis calls", False),
    ],
)
def test_of_signals_identifiers_are_names_and_ordinary_words_are_none(seed_report, signal, title, is_told):
    evidence = seed_report.evidence
    signals = SignalMap(signals=(evidence.signals.signals[0].model_copy(update={"name": signal}),))
    incident = evidence.incident.model_copy(update={"services": ("web",), "alerts": ()})
    slo = evidence.slos[0].model_copy(update={"service": "web", "title": {"en": title}})
    kept = replace(evidence, signals=signals, incident=incident, slos=(slo,), events=())
    assert public_title(slo, Language.EN, internal_names(kept)) == (title if is_told else None)


@pytest.mark.parametrize("label", ["slo", "guardrail"])
def test_an_alert_on_orders_makes_no_name_of_the_word(seed_report, label):
    evidence = seed_report.evidence
    alert = evidence.incident.alerts[0].model_copy(update={"labels": {"alertname": "A1", label: "carts"}})
    incident = evidence.incident.model_copy(update={"alerts": (alert,)})
    assert public_words("More room for carts", replace(evidence, incident=incident))


@pytest.mark.parametrize(
    ("text", "is_told"),
    [("More room for an order", True), ("a second pgbouncer", False), ("read from postgres-replicas", False)],
)
def test_words_for_the_public_may_name_what_has_an_objective(seed_report, text, is_told):
    evidence = seed_report.evidence
    incident = evidence.incident.model_copy(update={"services": ("pgbouncer", "postgres-replica", "order")})
    slo = evidence.slos[0].model_copy(update={"service": "order"})
    words = public_words(text, replace(evidence, incident=incident, slos=(slo,)))
    assert words == (text if is_told else None)


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.7 is slow", "See https://a", "Ask in #incident", "@kim fixes it", "U012ABCDEF wrote it",
        "v2.3.1-rc is out", "The order-latency-fast alert", "order-latency를 고칩니다", "replic\u0430s",
        "Réplica reads", "case:drop-x shows it",
        "[to be written: x]", "【작성 필요: x】", "a|b", "`code`", "/var/log is full", "fd00::7",
    ],
)  # fmt: skip
def test_words_for_the_public_that_are_no_prose_are_not_told(seed_report, text):
    assert public_words(text, seed_report.evidence) is None


@pytest.mark.parametrize(
    "text", ["By 10:30 on 2025-10-05, 24/7, and/or twice the room (20 %)", "9월 말까지 2배로, 10.5초 안에"]
)
def test_dates_times_and_amounts_are_prose(seed_report, text):
    assert public_words(text, seed_report.evidence) == text
