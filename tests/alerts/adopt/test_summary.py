from pathlib import Path

from alerts.adopt.summary import summary
from alerts.adopt.write import texts
from tests.alerts.adopt.conftest import AT


def said(adoption):
    return "\n".join(summary(adoption, Path("out")))


def test_a_shape_is_doubted_aloud(adopted):
    text = said(adopted(shop="prefixed"))
    assert text.startswith("3 SLOs for 1 service, 3 by the shape of their metrics only: look before you use")
    assert "signals of shop" in text
    assert "next: fireline up --config out/fireline.yml" in text


def test_where_nothing_fits_it_says_what_there_is_and_what_to_do(adopted):
    adoption = adopted(mail="unfit")
    text = said(adoption)
    assert "no SLO could be proposed\n  4 metrics are there; these look like requests or work" in text
    assert "mail_requests_total: counts requests, but no label" in text
    assert "next: Write an SLO" in text
    assert "fireline up" not in text
    assert "mail_requests_total: counts requests, but no label" in texts(adoption, "u", AT, 1)["report.md"]


def test_nothing_like_requests_is_said_to_be_none(adopted):
    assert "none of them counts requests" in said(adopted(any="exporters"))


def test_requests_of_which_nothing_can_be_promised_are_named(adopted):
    assert "Requests are counted for batch" in said(adopted(batch="misnamed"))


def test_what_is_not_known_is_counted_as_in_the_report(adopted):
    adoption = adopted(mail="unfit")
    counted = "4 of 4 metrics (4 families) are not known here"
    assert counted in said(adoption)
    assert counted in texts(adoption, "u", AT, 1)["report.md"]
