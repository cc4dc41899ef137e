import pytest

from alerts.ci.accepted import Accepted, read_accepted, write_accepted
from alerts.ci.compare import Change, as_accepted, compared, passes
from alerts.ci.verdict import Expected, Verdict
from alerts.errors import SpecError
from collector.labels import Labels

INCIDENT = Expected(0.0, 9_000.0, 0.0, 120.0)
QUIET = Expected(0.0, 9_000.0, 0.0, None)


@pytest.mark.parametrize(
    ("now", "then", "change", "failure"),
    [
        (60.0, 60.0, Change.SAME, ""),
        (45.0, 60.0, Change.EARLIER, ""),
        (75.0, 60.0, Change.LATER, "pages 15s later than accepted"),
        (60.0, None, Change.NEW, "a page that was not there"),
    ],
)
def test_a_page_may_come_earlier_but_not_later_nor_anew(now, then, change, failure):
    found = compared("c", INCIDENT, Verdict(now, None, ("A",), ""), Accepted(then, None, ()))
    assert (found.change, found.failure) == (change, failure)


def test_a_lost_page_fails_and_on_a_quiet_day_it_is_welcome():
    silent, paged = Verdict(None, None, (), ""), Accepted(60.0, None, ("A",))
    assert compared("c", INCIDENT, silent, paged).failure == "the page is lost"
    assert compared("c", QUIET, silent, paged).change is Change.GONE
    assert compared("c", QUIET, silent, paged).failure == ""


def test_what_is_not_as_wanted_fails_whatever_was_accepted():
    late = Verdict(600.0, None, ("A",), "pages too late")
    assert compared("c", INCIDENT, late, Accepted(600.0, None, ("A",))).failure == "pages too late"
    assert compared("c", INCIDENT, late, None).failure == "pages too late"


def test_what_cannot_be_judged_is_no_failure_unless_a_page_of_it_was_accepted():
    blind = Verdict(None, None, (), "", is_judged=False)
    assert compared("c", INCIDENT, blind, None).failure == ""
    assert compared("c", QUIET, blind, Accepted(None, None, ())).change is Change.UNJUDGED
    assert compared("c", INCIDENT, blind, Accepted(60.0, None, ("A",))).failure.startswith("the page is lost")


LASTING = Labels({"alertname": "Always", "severity": "page", "route": "/a"})


@pytest.mark.parametrize("expected", [INCIDENT, QUIET])
def test_a_page_that_never_stops_fails_a_case_until_it_is_accepted(expected):
    now = Verdict(None, None, (), "", already=(LASTING,))
    told = "Always fires from before the case's begin on"
    assert compared("c", expected, now, None).failure == told
    assert compared("c", expected, now, Accepted(None, None, ())).failure == told
    assert compared("c", expected, now, Accepted(None, None, (), (str(LASTING),))).failure == ""


def test_what_is_accepted_now_is_no_failure_but_what_a_case_demands_stays_one():
    later = compared("c", INCIDENT, Verdict(75.0, None, ("A",), ""), Accepted(60.0, None, ("A",)))
    assert (as_accepted(later).failure, as_accepted(later).taken) == ("", "pages 15s later than accepted")
    late = compared("c", INCIDENT, Verdict(600.0, None, ("A",), "pages too late"), None)
    assert as_accepted(late) == late


def test_a_change_passes_where_some_case_judges_it_and_none_fails():
    blind = compared("b", QUIET, Verdict(None, None, (), "", is_judged=False), None)
    good = compared("g", QUIET, Verdict(None, None, (), ""), None)
    bad = compared("f", QUIET, Verdict(5.0, None, ("A",), "pages on a quiet day"), None)
    assert [passes(some) for some in ([good, blind], [blind], [good, bad])] == [True, False, False]


def test_accepted_results_come_back_from_their_file(tmp_path):
    path = tmp_path / "accepted.yml"
    lasting = Verdict(None, None, (), "", already=(LASTING,))
    verdicts = {"b": Verdict(105.0, 3_660.0, ("A", "B"), ""), "a": lasting}
    write_accepted(path, verdicts)
    assert read_accepted(path) == {
        "a": Accepted(None, None, (), ('{alertname="Always",route="/a",severity="page"}',)),
        "b": Accepted(105.0, 3_660.0, ("A", "B")),
    }
    assert read_accepted(tmp_path / "none.yml") == {}


def test_a_mistake_in_the_file_is_told(tmp_path):
    (tmp_path / "accepted.yml").write_text("version: 1\ncases: {a: {page_after: soon}}\n")
    with pytest.raises(SpecError, match=r"accepted.yml: cases.a.page_after: expected a duration"):
        read_accepted(tmp_path / "accepted.yml")
