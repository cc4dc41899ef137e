import pytest

from postmortem.lint.rules.duration_off_timeline import RULE

ENGLISH = """\
## Impact
{claim}
## Timeline
- 09:00 Uploads begin to fail
- 09:10 Alert fired
- 09:25 Traffic shifted
- 09:40 Fully recovered
- 10:00 Status page updated
"""
KOREAN = """\
## 영향
{claim}
## 타임라인
- 09:00 업로드 실패 시작
- 09:10 장애 인지
- 09:25 트래픽 우회
- 09:40 정상화
- 10:00 고객 공지
"""


@pytest.mark.parametrize(
    "claim",
    [
        "Uploads failed for 55 minutes.",
        "The outage lasted 1 h 20 min.",
        "Duration: 60 minutes",
        "A 15-minute outage of uploads.",
        "Time to detect: 25 minutes",
    ],
)
def test_lengths_that_no_rows_are_apart(claim, found_by):
    assert [line for _, line in found_by(RULE, ENGLISH.format(claim=claim))] == [2]


@pytest.mark.parametrize(
    "claim", ["55분간 업로드가 실패했다.", "영향 시간: 1시간 20분", "60분 동안 업로드 오류", "인지까지 25분"]
)
def test_lengths_that_no_rows_are_apart_in_korean(claim, found_by):
    assert [line for _, line in found_by(RULE, KOREAN.format(claim=claim))] == [2]


@pytest.mark.parametrize(
    "claim",
    [
        "Uploads failed for 40 minutes.",
        "Uploads failed for about 42 minutes.",  # roughly
        "The outage lasted 30 minutes.",  # from the alert on
        "Time to detect: 10 minutes",
        "Sessions expire after 55 minutes.",  # no length of the impact
        "We keep logs for 30 days and traces for 24 hours.",
        "Errors of the last 5 minutes page somebody.",
    ],
)
def test_lengths_that_fit_or_tell_something_else(claim, found_by):
    assert found_by(RULE, ENGLISH.format(claim=claim)) == []


def test_the_rows_between_which_it_fits_are_told(draft_of):
    finding = next(RULE.check(draft_of(ENGLISH.format(claim="Uploads failed for 20 minutes."))))
    assert (finding.key, finding.values["fits"]) == ("duration-off-timeline.impact.fits", "09:40–10:00")


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("From 09:46–09:50 (4 min) logins came back.", []),
        ("From 09:46–09:50 (14 min) logins came back.", ["duration-off-timeline.range"]),
        ("장애 구간 23:50 ~ 00:20 (30분)", []),
        ("장애 구간 23:50 ~ 00:20 (50분)", ["duration-off-timeline.range"]),
        ("09:00–09:30, polled every 5 min", []),
        ("Between 09:00 and 09:45 (25 minutes) logins failed.", ["duration-off-timeline.range"]),
        ("Between 09:00 and 09:45 (45 minutes) logins failed.", []),
        ("At 09:00 and 09:45 (25 minutes) logins failed.", []),
    ],
)
def test_a_length_beside_its_range(text, keys, found_by):
    assert [key for key, _ in found_by(RULE, text)] == keys


@pytest.mark.parametrize("knew", ["alert fires; on-call acknowledges", "Alert fired", "on-call notices it"])
@pytest.mark.parametrize("claim", ["Duration: 25 minutes", "Time to detect: 9 minutes"])
def test_rows_in_the_present_tense_are_known_too(claim, knew, found_by):
    rows = f"- 05:02 latency starts to rise\n- 05:06 {knew}\n- 05:21 rolled back\n- 05:47 recovered\n"
    assert [line for _, line in found_by(RULE, f"## Impact\n{claim}\n## Timeline\n{rows}")] == [2]
