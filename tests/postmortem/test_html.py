import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.compose.write import write_document
from postmortem.html import render_html

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """Checks that elements nest, and collects what a browser would fetch."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.ids, self.links, self.tags = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self.fetched += [v for k, v in attrs if k in {"src", "srcset", "data", "action"}]
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module", params=list(Language))
def html(request, seed_report):
    document = write_document(seed_report, request.param, ZoneInfo("Asia/Seoul"))
    return render_html(document, Archive.of(seed_report).text)


@pytest.fixture
def page(html):
    page = Page()
    page.feed(html)
    page.close()
    return page


def test_elements_nest_and_close(page):
    assert page.open == []


def test_the_page_stands_alone(page, html):
    assert page.fetched == []
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert "url(" not in html
    assert "@import" not in html
    assert all(link.startswith(("#", "data:application/json;base64,")) for link in page.links)


def test_every_link_has_its_target_and_every_id_is_unique(page):
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links if not link.startswith("data:")} <= set(page.ids)


def test_charts_are_inside(page, seed_report):
    assert page.tags.count("figure") == len(seed_report.shifts)


def test_the_page_carries_its_archive(page, seed_report):
    (carried,) = [link for link in page.links if link.startswith("data:")]
    assert b64decode(carried.partition(",")[2]).decode() == Archive.of(seed_report).text


def test_figures_link_to_their_derivation_and_that_to_its_source(html, seed_report):
    peak = next(s.peak.id for s in seed_report.shifts if s.subject.signal.name == "product_p95")
    number = re.search(rf'<li id="(f\d+)" data-fact="{peak}">.*?<a href="#source-\d+">', html)[1]
    assert re.search(rf'<a class="figure" href="#{number}">2\.3( s|초)</a>', html)


def test_recorded_text_cannot_become_markup(seed_report):
    incident = seed_report.evidence.incident.model_copy(update={"title": "<script>alert(1)</script>"})
    report = replace(seed_report, evidence=replace(seed_report.evidence, incident=incident))
    html = render_html(write_document(report, Language.KO, ZoneInfo("Asia/Seoul")))
    assert "<script>" not in html
