"""Nothing internal leaves the team: the words are those of the report's own records, none is typed here."""

import re
from dataclasses import replace

import orjson
import pytest

from alerts.charts.model import Language
from alerts.charts.quantities import format_percent, format_seconds
from postmortem.archive.archive import conclusions
from postmortem.public.inside import internal_names
from tests.postmortem.public.conftest import FORMS, told_outside

ALL = [(str(language), form) for language in Language for form in FORMS]
# Values of these keys are Fireline's own vocabulary; titles of objectives are for readers.
VOCABULARY = {"kind", "state", "severity", "unit", "role", "good", "tier", "source"}
IDENTIFIER = re.compile(r"[\w./:-]*(?:_|\w[/:.-]\w|\d[^\W\d]|[^\W\d]\d)[\w./:-]*")
TIME = re.compile(r"[\d:.]+s?|\d+[smhd]")


def leaves(node, path=()):
    """Every text of a record with the keys that lead to it; the keys of services are names too."""
    if isinstance(node, dict):
        for key, value in node.items():
            if path[-1:] == ("services",):
                yield (*path, key), key
            yield from leaves(value, (*path, key))
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, path)
    elif isinstance(node, str):
        yield path, node


def internal_words(report):
    """What records call things and say, and every part of it that is no word of prose."""
    stored = orjson.loads(orjson.dumps(conclusions(report)))
    records = {key: stored[key] for key in ("incident", "events", "slos", "signals", "address")}
    records["series"] = [text for name, each in report.evidence.series.items() for text in (name, each.query)]
    found = set()
    for path, text in leaves(records):
        if path[-1] in VOCABULARY or (path[0] == "slos" and "title" in path):
            continue
        parts = [text, *IDENTIFIER.findall(text)]
        found |= {part.strip(".:") for part in parts if len(part) > 2 and not TIME.fullmatch(part)}
    return found


def prose(text):
    """Without styles, and without what the formats are called."""
    return re.sub(r"<style>.*?</style>|fireline\.postmortem[\w./]*( sha256:\S+)?", "", text, flags=re.DOTALL)


def leaked(text, words):
    return {word for word in words if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", prose(text))}


@pytest.mark.parametrize(("language", "form"), ALL)
def test_no_word_of_the_records_is_told(seed_report, public, language, form):
    words = internal_words(seed_report)
    assert {"order", "order-availability", "2025-09-03-1", "김지훈", "ttl_long"} <= words
    assert leaked(public[language, form], words) == set()


def test_the_check_finds_what_the_team_reads(seed_report):
    title = seed_report.evidence.incident.title
    assert leaked(f"<p>{title}: `order` by 김지훈</p>", internal_words(seed_report)) == {
        title,
        "order",
        "김지훈",
    }


@pytest.mark.parametrize(("language", "form"), ALL)
def test_no_threshold_is_told(seed_report, public, language, form):
    told = re.sub(r"<[^>]*>", " ", prose(public[language, form]))
    for slo in seed_report.evidence.slos:
        limits = [format_percent(slo.objective)]
        if slo.threshold_seconds:
            limits.append(format_seconds(slo.threshold_seconds, Language(language)))
        assert not [limit for limit in limits if re.search(rf"(?<![\d.]){re.escape(limit)}(?![\d.])", told)]


HOSTILE = [
    "order-availability", "Orders of db-7.internal", "replica 지연", "김지훈의 주문", "Redis", "p95", "",
    "Orders within 500 ms", "주문 1초",
    "<script>alert(1)</script>", "[주문](http://evil.test)", "`rate(x_total[5m])`", "cache_hit_ratio",
]  # fmt: skip


def with_titles(report, title):
    """The report as it is where every free text holds the title, and every objective has it."""
    evidence = report.evidence
    slos = tuple(s.model_copy(update={"title": {"ko": title, "en": title}}) for s in evidence.slos)
    slis = tuple(replace(sli, slo=slo) for sli, slo in zip(report.impact.slis, slos, strict=True))
    alerts = tuple(
        alert.model_copy(update={"annotations": {"summary": title, "host": "db-7.internal"}})
        for alert in evidence.incident.alerts
    )
    incident = evidence.incident.model_copy(
        update={"title": title, "titles": {"ko": title}, "alerts": alerts}
    )
    events = tuple(event.model_copy(update={"text": title}) for event in evidence.events)
    told = replace(evidence, slos=slos, incident=incident, events=events)
    return replace(report, evidence=told, impact=replace(report.impact, slis=slis))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_with_an_internal_name_becomes_a_blank(seed_report, language, title):
    hostile = with_titles(seed_report, title)
    told = told_outside(hostile, language)
    for form, text in told.items():
        assert leaked(text, {word for word in internal_words(hostile) if word}) == set(), form
        assert not title or title not in text
    blank = {
        Language.KO: "【작성 필요: 영향을 받은 기능 1의 이름(밖에 쓸 한국어 제목이 없는 목표)】",
        Language.EN: "[to be written: name of affected",
    }
    assert blank[language] in told["md"]
    assert orjson.loads(told["json"])["impact"][0]["title"] == {"ko": None, "en": None}


@pytest.mark.parametrize("title", ["주문하기", "Order availability", "Placing an order, paying", "Sign-in"])
def test_plain_words_are_told(seed_report, title):
    told = told_outside(with_titles(seed_report, title), Language.EN)
    assert f"‘{title}’" in told["md"]


def test_an_address_that_is_none_is_internal_as_a_whole(seed_report):
    broken = replace(seed_report, evidence=replace(seed_report.evidence, address="http://["))
    assert "http://[" in internal_names(broken.evidence).things


def test_the_page_carries_no_archive(public):
    assert "base64" not in public["en", "html"]
