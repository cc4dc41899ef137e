"""Two services may each have an objective of one name."""

import orjson
import pytest

from postmortem.archive.archive import Archive
from postmortem.slo_ids import SloId
from postmortem.verify.verdict import verify_archive
from tests.postmortem.neighbours import NEIGHBOUR, START, report_of, slo

SHOP, BLOG = slo(), slo(service="blog", target=0.99)


@pytest.fixture(scope="module")
def report():
    return report_of(SHOP, BLOG)


def test_a_name_is_enough_while_nothing_shares_it():
    shop, others = SloId("shop", "reads"), [SloId("shop", "reads"), SloId("shop", "orders")]
    assert shop.key(others) == "reads"
    assert shop.key([*others, SloId("blog", "reads")]) == "shop/reads"


def test_each_has_series_of_its_own(report):
    kept = {s.slo.service: report.evidence.series[s.series].values.max() for s in report.evidence.subjects}
    assert kept == pytest.approx({"shop": 0.3, "blog": NEIGHBOUR}, rel=0.01)


def test_each_has_figures_of_its_own(report):
    alone = report_of(SHOP)
    told = next(sli for sli in report.impact.slis if sli.slo.service == "shop")
    assert (report.impact.span.start.value, report.impact.span.is_measured) == (START, True)
    assert (told.share.value, told.objective.value) == (alone.impact.slis[0].share.value, 0.999)


def test_its_archive_is_verified_without_a_difference(report):
    archive = orjson.loads(Archive.of(report).text)
    assert verify_archive(archive).differences == ()
    assert "shop/availability" in [sli["slo"] for sli in archive["impact"]["slis"]]


def test_ids_are_as_in_earlier_archives_where_names_differ():
    told = report_of(SHOP, slo("posts", "blog"))
    assert {"slo:availability:error_ratio", "slo:posts:error_ratio"} <= set(told.evidence.series)
