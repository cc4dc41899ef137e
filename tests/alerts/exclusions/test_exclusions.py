from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.errors import SpecError
from alerts.exclusions.files import idle_exclusions, load_exclusions
from alerts.exclusions.times import merged, occurrences, seconds_of
from alerts.slo import Sli, SliKind, Slo

SLO = Slo("orders", "shop", 0.99, Sli(SliKind.AVAILABILITY, "b[$window]", "t[$window]"))
NEW_YORK, HOUR, DAY = ZoneInfo("America/New_York"), 3600.0, 86_400.0
WHO = 'author: Kim, reason: "agreed"'


@pytest.fixture
def load(tmp_path):
    def read(*entries):
        path = tmp_path / "exclusions.yml"
        path.write_text("version: 1\nexclusions:\n" + "".join(f"  - {{{one}}}\n" for one in entries))
        return load_exclusions(path)

    return read


def new_york(text):
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).timestamp()


def weekly(**more):
    said = {"name": "n", "start": "'2026-01-04T02:30:00'", "timezone": "America/New_York", "duration": "2h",
            "rrule": "FREQ=WEEKLY", "slos": "'*'"} | more  # fmt: skip
    return ", ".join(f"{key}: {value}" for key, value in said.items() if value) + f", {WHO}"


def excluded_spans(exclusions, slo, start, end):
    """What a budget leaves out: what ``budget_exclusions`` takes the counts of."""
    return merged((one.start, one.end) for one in occurrences(exclusions, slo, start, end))


def test_one_that_happens_once_is_cut_to_what_is_asked_for(load):
    found = load(f"name: n, start: 2026-11-01T02:00:00+09:00, duration: 1h30m, services: [shop], {WHO}")
    start = datetime.fromisoformat("2026-11-01T02:00:00+09:00").timestamp()
    assert excluded_spans(found, SLO, start - DAY, start + DAY) == [(start, start + 5400)]
    assert excluded_spans(found, SLO, start + 600, start + 1200) == [(start + 600, start + 1200)]
    assert excluded_spans(found, SLO, start + 5400, start + DAY) == []


def test_days_end_at_the_same_local_time_and_hours_after_them_are_counted(load):
    """The clocks go back on 1 November: a day of 25 hours, and twelve more."""
    (span,) = excluded_spans(
        load(weekly(start="'2026-10-31T20:00:00'", duration="1d12h", rrule="")),
        SLO,
        new_york("2026-10-30"),
        new_york("2026-11-05"),
    )
    assert span == (new_york("2026-10-31T20:00"), new_york("2026-11-02T08:00"))
    assert span[1] - span[0] == 37 * HOUR


def test_weekly_hours_stay_at_their_local_time_across_clock_changes(load):
    """Clocks skip 02:30 on 8 March and show 01:30 twice on 1 November."""
    march = excluded_spans(load(weekly()), SLO, new_york("2026-03-01"), new_york("2026-03-20"))
    assert [start for start, _ in march] == [
        new_york("2026-03-01T02:30"), new_york("2026-03-08T03:30"), new_york("2026-03-15T02:30")]  # fmt: skip
    assert [end - start for start, end in march] == [2 * HOUR] * 3
    twice = load(weekly(start="'2026-01-04T01:30:00'"))
    autumn = excluded_spans(twice, SLO, new_york("2026-11-01"), new_york("2026-11-02"))
    assert autumn == [(new_york("2026-11-01T01:30"), new_york("2026-11-01T01:30") + 2 * HOUR)]


@pytest.mark.parametrize(("duration", "hours"), [("1d", 23), ("24h", 24)])
def test_a_day_ends_at_the_same_local_time_and_hours_are_counted(load, duration, hours):
    found = load(weekly(start="'2026-03-08T00:00:00'", duration=duration, rrule=""))
    spans = excluded_spans(found, SLO, new_york("2026-03-01"), new_york("2026-03-20"))
    assert seconds_of(spans) == hours * HOUR


def test_offset_with_a_zone_recurs_in_the_zone(load):
    found = load(weekly(start="2026-01-04T07:30:00Z"))
    spans = excluded_spans(found, SLO, new_york("2026-07-01"), new_york("2026-07-08"))
    assert [start for start, _ in spans] == [new_york("2026-07-05T02:30")]


@pytest.mark.parametrize(
    ("rule", "starts"),
    [
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-01-30", "2026-02-27"]),
        ("RRULE:FREQ=WEEKLY;COUNT=2", ["2026-01-04", "2026-01-11"]),
        ("freq=weekly;until=20260111", ["2026-01-04", "2026-01-11"]),
        ("FREQ=WEEKLY;UNTIL=20260111T073000Z", ["2026-01-04", "2026-01-11"]),
        ("FREQ=WEEKLY;UNTIL=20260111T072959Z", ["2026-01-04"]),
    ],
)
def test_rules(load, rule, starts):
    spans = excluded_spans(load(weekly(rrule=rule)), SLO, new_york("2026-01-01"), new_york("2026-03-05"))
    assert [start for start, _ in spans] == [new_york(f"{day}T02:30") for day in starts]


def test_overlapping_ones_count_once_and_each_is_told(load):
    found = load(weekly(), weekly(name="m", start="'2026-01-04T03:30:00'"))
    ask = SLO, new_york("2026-01-04"), new_york("2026-01-05")
    assert seconds_of(excluded_spans(found, *ask)) == 3 * HOUR
    assert [one.exclusion.name for one in occurrences(found, *ask)] == ["n", "m"]


@pytest.mark.parametrize(
    ("applies", "matches"),
    [
        ("slos: 'ord*'", True),
        ("slos: [a, b]", False),
        ("services: shop, slos: a", False),
        ("services: '[!s]*'", False),
    ],
)
def test_which_slos(load, applies, matches):
    found = load(f"name: n, start: 2026-11-01T02:00:00Z, duration: 1h, {applies}, {WHO}")
    assert found[0].applies_to(SLO) is matches
    assert idle_exclusions(found, [SLO]) == ([] if matches else ["n"])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (weekly(rrule="FREQ=SECONDLY"), "exclusions.0.rrule: expected FREQ=DAILY, WEEKLY, MONTHLY"),
        (weekly(rrule="FREQ=WEEKLY;BYDAY=XX"), "exclusions.0.rrule: expected an RRULE such as"),
        (weekly(rrule=f"'FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))}'"), "at most 1000 times"),
        (weekly(rrule="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "happens at least once"),
        (weekly(rrule="FREQ=DAILY;INTERVAL=0"), "expected INTERVAL from 1"),
        (weekly(rrule="FREQ=DAILY;UNTIL=tomorrow"), "expected UNTIL such as"),
        (weekly(rrule="FREQ=DAILY;FREQ=DAILY"), "expected FREQ once"),
        (weekly(timezone="Mars/Base"), "exclusions.0.timezone: expected a zone such as Asia/Seoul"),
        (weekly(timezone=""), "exclusions.0.timezone: expected beside a start without an offset"),
        (weekly(start="soon"), "exclusions.0.start: expected a time such as"),
        (weekly(start="2026-01-04"), "a day alone has no time"),
        (weekly(start="9999-12-31T23:00:00"), "of the years 1970 to 2999"),
        (weekly(slos="[]"), "exclusions.0.slos: expected a pattern"),
        (weekly(duration="0s"), "exclusions.0.duration: expected a duration above 0"),
        (weekly(slos=""), "exclusions.0: expected services or slos"),
        (weekly().replace("author: Kim", "author: ' '"), "exclusions.0.author: expected a text, found none"),
        (weekly().replace(', reason: "agreed"', ""), "exclusions.0: expected reason, found none"),
        (weekly(why="x"), "unknown key 'why'"),
    ],
)  # fmt: skip
def test_mistakes_name_file_key_and_what_was_expected(load, entry, said):
    with pytest.raises(SpecError, match=r"exclusions\.yml: ") as found:
        load(entry)
    assert said in str(found.value)
    assert "\n" not in str(found.value)


def test_a_name_is_used_once(load):
    with pytest.raises(SpecError, match=r"exclusions\.1\.name: expected a name used once: n"):
        load(weekly(), weekly())


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=8))
def test_merged_spans_hold_each_second_once_and_lie_apart(pairs):
    spans = merged(sorted((float(a), float(a + n)) for a, n in pairs))
    seconds = {s for a, n in pairs for s in range(a, a + n)}
    assert seconds_of(spans) == len(seconds)
    assert all(end < start for (_, end), (start, _) in pairwise(spans))
