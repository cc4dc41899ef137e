import re

import pytest

from alerts.events import Event, Kind
from dashboards.web.timeline import timeline

BURNS = {"text_en": "Requests answered: burns 13 times", "text_ko": "응답: 13배로 소진"}
SUBJECT = {"subject_en": "Requests answered", "subject_ko": "응답"}


def note(transition, **more):
    return Event(100.0, Kind.NOTE, "text", attributes={"transition": transition, **BURNS, **SUBJECT}, **more)


def paged(channel, at=100.0, alert="a"):
    return Event(at, Kind.PAGED, "Slow", attributes={"channel": channel, "alert": alert, **BURNS})


@pytest.mark.parametrize(
    ("transition", "language", "said"),
    [
        ("alert resolved", "en", "Recovered Requests answered"),
        ("alert resolved", "ko", "회복 응답"),
        ("join", "en", "Fires Requests answered: burns 13 times"),
        ("join", "ko", "발생 응답: 13배로 소진"),
        ("de-escalate", "en", "Pages no more Requests answered: burns 13 times"),
        ("reopen", "ko", "재발 응답: 13배로 소진"),
        ("of a later Fireline", "en", "Note Requests answered: burns 13 times"),
    ],
)
def test_what_happened_to_an_alert_is_named(transition, language, said):
    (entry,) = timeline([note(transition)])
    assert f"{entry.head(language)} {entry.words(language)}" == said


def test_note_of_a_person_is_a_note_whatever_it_carries():
    (entry,) = timeline([note("join", author="kim")])
    assert entry.head("en") == "Note"


def test_one_page_to_several_channels_is_one_entry():
    entries = timeline([paged("console"), paged("slack", 100.4), note("join"), paged("webhook", 101.0)])
    assert [entry.head("en") for entry in entries] == ["Paged: console, slack, webhook", "Fires"]


@pytest.mark.parametrize("later", [paged("slack", 101.1), paged("slack", 100.0, "b")])
def test_later_or_other_page_stands_alone(later):
    entries = timeline([paged("console"), later])
    assert [entry.head("ko") for entry in entries] == ["호출: console", "호출: slack"]


def test_page_shows_the_channels_once_in_the_timeline_and_on_each_chart(site):
    site.incident()
    for channel in ("console", "slack", "webhook"):
        site.event("paged", "it burns", attributes={"channel": channel, "alert": "a"})
    html = site.html("/incidents/2025-09-03-1")
    assert html.count('<li class="paged">') == 1
    flags = re.findall(r'<span class="chart-number">\d+</span>(.*?)</li>', html)
    assert flags == ["Paged: console, slack, webhook · it burns"] * html.count('<figure class="chart"')


def test_what_fireline_wrote_is_read_in_the_readers_language(site):
    site.incident()
    site.room.responder.acknowledge("2025-09-03-1", "unknown", "api", site.clock.now())
    html = site.html("/incidents/2025-09-03-1?lang=ko")
    assert "대응 시작" in html
    assert "이름 없음" in html
    assert "taken" not in html
