from dataclasses import replace

import pytest

from alerts.charts.model import Language
from postmortem.public.names import internal_names, public_title, public_words


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
    ("text", "is_told"),
    [("More room for an order", True), ("a second pgbouncer", False), ("read from postgres-replicas", False)],
)
def test_words_for_the_public_may_name_what_has_an_objective(seed_report, text, is_told):
    evidence = seed_report.evidence
    incident = evidence.incident.model_copy(update={"services": ("pgbouncer", "postgres-replica", "order")})
    slo = evidence.slos[0].model_copy(update={"service": "order"})
    words = public_words(text, replace(evidence, incident=incident, slos=(slo,)))
    assert words == (text if is_told else None)
