from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.facts import TIME, Fact, FromRecord, RecordKind
from postmortem.marks import marked_facts
from postmortem.records import Event
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice

NEW_YORK = ZoneInfo("America/New_York")
FIRST, SECOND = 1793511000.0, 1793513700.0  # 2026-11-01 01:30 EDT and, 45 minutes later, 01:15 EST


def voice(window, zone=NEW_YORK):
    return Voice(load_catalogue(Language.EN), zone, FIRST, window)


def printed(text):
    ((_, shown),) = marked_facts(text)
    return shown


def fact(at):
    return Fact("x", at, TIME, FromRecord(RecordKind.INCIDENT, "", "started_at"))


@pytest.mark.parametrize(
    ("at", "clock", "minute"),
    [(FIRST, "01:30:00 EDT", "2026-11-01 01:30 EDT"), (SECOND, "01:15:00 EST", "2026-11-01 01:15 EST")],
)
def test_where_clocks_change_each_time_says_by_which_it_is(at, clock, minute):
    speech = voice((FIRST - 3600, SECOND + 3600))
    assert (speech.clock(at), printed(speech.minute(fact(at)))) == (clock, minute)
    assert speech.moment(at) == f"2026-11-01 {clock}"
    assert printed(speech.figure(fact(at))) == clock


@pytest.mark.parametrize(
    ("at", "told"), [(FIRST - 3600, "00:30:00"), (FIRST + 86_400, "2026-11-02 00:30:00")]
)
def test_a_moment_of_another_day_than_the_impacts_start_has_its_date(at, told):
    assert printed(voice((0.0, 0.0)).figure(fact(at))) == told


def test_the_document_then_names_the_zone_and_no_offset():
    assert voice((FIRST, SECOND)).zone_name == "America/New_York"


@pytest.mark.parametrize("window", [(FIRST - 3600, FIRST), (SECOND, SECOND + 3600)])
def test_on_all_other_days_once_is_enough(window):
    assert (voice(window).clock(SECOND), voice(window).zone_name) == ("01:15:00", "EDT")


def test_a_zone_without_letters_says_its_offset():
    speech = voice((1775310000.0, 1775330000.0), ZoneInfo("Australia/Lord_Howe"))
    assert speech.clock(1775310000.0).endswith(" UTC+11")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("paged", "당직 호출: 예산 소진"),
        ("detected", "장애 인지: 예산 소진"),
        ("note", "메모: 예산 소진되고 있습니다"),
    ],
)
def test_what_an_alert_says_politely_is_no_row_of_a_plain_report(kind, said):
    event = Event(id=1, at=FIRST, kind=kind, text="예산 소진되고 있습니다")
    assert Voice(load_catalogue(Language.KO), NEW_YORK, FIRST).event(event) == said
