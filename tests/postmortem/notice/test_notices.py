"""Notices from the seed incident: what they say, what they leave to people, and that they can be proven."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import orjson
import pytest
from click.testing import CliRunner

from alerts.charts.model import Language
from alerts.incidents import State
from postmortem.archive.archive import Archive
from postmortem.archive.identity import Audience
from postmortem.cli import main
from postmortem.markdown import render_markdown
from postmortem.notice.phase import Phase, phase_of
from postmortem.notice.write import Kind, audience_of, write_notice
from postmortem.public.told import tell
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive
from postmortem.words.catalogue import load_catalogue
from tests.postmortem.public.test_document import added
from tests.postmortem.public.test_leaks import internal_words, leaked

SEOUL = ZoneInfo("Asia/Seoul")
NOTICES = [audience_of(kind, phase) for kind in Kind for phase in Phase]
BLAME = re.compile(r"실수|부주의|탓|때문에|잘못|mistake|fault|blame|careless", re.IGNORECASE)


def of(report, audience, language=Language.KO):
    return render_markdown(write_notice(audience, report, language, SEOUL))


def opened(report):
    """As it was while the incident lasted."""
    incident = report.evidence.incident.model_copy(update={"resolved_at": None, "state": State.ACKNOWLEDGED})
    impact = replace(report.impact, duration=None, span=replace(report.impact.span, end=None))
    return replace(report, evidence=replace(report.evidence, incident=incident), impact=impact)


def unrelieved(report):
    """As it was before anything that users feel had eased."""
    slis = tuple(
        sli if sli.shift is None else replace(sli, shift=replace(sli.shift, eased=None, recovered=None))
        for sli in report.impact.slis
    )
    return replace(report, impact=replace(report.impact, slis=slis))


def test_the_phase_is_that_of_the_incident(seed_report):
    assert phase_of(tell(seed_report)) is Phase.AFTER
    assert phase_of(tell(opened(seed_report))) is Phase.DURING


@pytest.mark.parametrize(
    ("audience", "fragment"),
    [
        (
            Audience.CUSTOMER_AFTER,
            "# 서비스 이용 장애 복구 안내\n\n안녕하세요, 【작성 필요: 회사나 서비스 이름】입니다.",
        ),
        (Audience.CUSTOMER_AFTER, "지금은 정상적으로 이용하실 수 있습니다. 불편을 드려 죄송합니다."),
        (Audience.CUSTOMER_AFTER, "- 원인: 【작성 필요: "),
        (Audience.SUPPORT_AFTER, "- “지금은 이용할 수 있나요?”\n  - “네, "),
        (Audience.SUPPORT_AFTER, "- “보상받을 수 있나요?”\n  - 【작성 필요: "),
    ],
)
def test_after(seed_report, audience, fragment):
    assert fragment in of(seed_report, audience)


@pytest.mark.parametrize(
    ("audience", "fragment"),
    [
        (Audience.CUSTOMER_DURING, "2025-09-03 10:04(KST)부터 서비스 이용에 문제가 생겨 안내드립니다."),
        (
            Audience.CUSTOMER_DURING,
            "10:18에 복구 조치를 시작했습니다. 11:29 현재 아직 완전히 정상화되지 않았습니다.",
        ),
        (Audience.CUSTOMER_DURING, "- 정상화 예상 시각: 【작성 필요: "),
        (Audience.SUPPORT_DURING, "“11:29 현재 아직 완전히 정상화되지 않았습니다. 불편을 드려 죄송합니다.”"),
    ],
)
def test_during(seed_report, audience, fragment):
    assert fragment in of(opened(seed_report), audience)


@pytest.mark.parametrize(
    ("audience", "fragment"),
    [
        (Audience.CUSTOMER_DURING, "11:29 현재 문제가 이어지고 있습니다."),
        (Audience.SUPPORT_DURING, "“아닙니다. 11:29 현재 문제가 이어지고 있습니다. 불편을 드려 죄송합니다.”"),
    ],
)
def test_nothing_is_called_nearly_well_while_nothing_has_eased(seed_report, audience, fragment):
    text = of(unrelieved(opened(seed_report)), audience)
    assert fragment in text
    assert "완전히" not in text


def test_that_samples_look_well_again_ends_no_incident(seed_report):
    incident = seed_report.evidence.incident.model_copy(update={"resolved_at": None})
    report = replace(seed_report, evidence=replace(seed_report.evidence, incident=incident))
    assert phase_of(tell(report)) is Phase.DURING
    assert "다만 아직 상황이 모두 끝난 것은 아닙니다" in of(report, Audience.SUPPORT_DURING)


@pytest.mark.parametrize("language", list(Language))
def test_what_works_is_not_asked_when_it_will(seed_report, language):
    catalogue = load_catalogue(language).messages
    incident = seed_report.evidence.incident.model_copy(update={"resolved_at": None})
    report = replace(seed_report, evidence=replace(seed_report.evidence, incident=incident))
    text = of(report, Audience.CUSTOMER_DURING, language)
    assert catalogue["notice.features.after"] in text
    for key in ("notice.features.during", "notice.expected.blank", "notice.meanwhile.blank"):
        assert catalogue[key] not in text
    assert catalogue["support.ask.when"] not in of(report, Audience.SUPPORT_DURING, language)


@pytest.mark.parametrize("audience", [Audience.CUSTOMER_DURING, Audience.CUSTOMER_AFTER])
def test_features_and_open_points_are_two_lists(seed_report, audience):
    """Two lists with nothing but a blank line between are one in Markdown."""
    assert not re.search(r"^- .*\n\n- ", of(unrelieved(opened(seed_report)), audience), re.MULTILINE)


@pytest.mark.parametrize("audience", [Audience.CUSTOMER_AFTER, Audience.SUPPORT_AFTER])
def test_nothing_is_said_to_work_that_was_not_seen_to(seed_report, audience):
    text = of(opened(seed_report), audience)
    assert "정상적으로 이용하실 수 있습니다" not in text
    assert "현재" not in text


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        (Audience.CUSTOMER_AFTER, "- 재발 방지:\n  - 여유를 늘립니다\n"),
        (Audience.SUPPORT_AFTER, "다음과 같이 조치하고 있습니다.”\n  - 여유를 늘립니다\n"),
    ],
)
def test_what_was_worded_for_the_public_is_told(seed_raw, report_on, audience, said):
    item = added(1, "raise replica.max_connections", public="여유를 늘립니다")
    assert said in of(report_on([*seed_raw.events, item, added(2, "ask the vendor")]), audience)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("audience", NOTICES)
def test_they_hold_nothing_internal_and_blame_nobody(seed_report, audience, language):
    text = of(seed_report, audience, language)
    assert leaked(text, internal_words(seed_report)) == set()
    assert not BLAME.search(text)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("audience", NOTICES)
def test_their_figures_are_those_of_the_archive(seed_report, audience, language):
    archive = orjson.loads(Archive.of(seed_report).text)
    text = of(seed_report, audience, language)
    found = verify_document("notice.md", text, archive, verify_archive(archive))
    assert (found.differences, found.theirs) == ((), ())
    assert found.figures >= 8
    changed = text.replace("10:04", "10:54")
    assert verify_document("notice.md", changed, archive, verify_archive(archive)).differences


def test_by_command(tmp_path, seed_report):
    archive, out = tmp_path / "review.json", tmp_path / "notice.md"
    archive.write_text(Archive.of(seed_report).text, encoding="utf-8")
    arguments = ["notice", "--archive", str(archive), "--kind", "customer", "--lang", "ko"]
    printed = CliRunner().invoke(main, arguments)
    assert printed.output.startswith("# 서비스 이용 장애 복구 안내\n")
    written = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert re.search(
        r"notice.md: customer notice, after its end, \d+ figures, 5 blanks to fill in\n", written.output
    )
    assert out.read_text(encoding="utf-8") == printed.output
