import random
import re

import pytest

from postmortem.archive.file import without_archive
from postmortem.verify.lines import GeneratedLines

NAMES = ["report.ko.md", "report.en.md", "report.ko.html", "report.en.html"]
KEPT = re.compile(r"0/\d|작성 필요】|to be written\]")


@pytest.fixture(scope="module", params=NAMES)
def page(request, documents):
    text = without_archive(documents[request.param])
    return text, GeneratedLines(text)


def flipped(text, at):
    return f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"


def test_any_digit_of_a_page_that_is_another_is_caught(page):
    """Styles, headings, tables, charts and their data, figures and sources."""
    text, generated = page
    places = [found.start() for found in re.finditer(r"[0-9]", text)]
    missed = [
        at
        for at in random.Random(6).sample(places, 300)
        if not generated.compare("page", flipped(text, at))[0]
    ]
    assert missed == []


def test_a_chart_is_nobodys_to_change(documents):
    text = without_archive(documents["report.en.html"])
    lines = re.findall(r'^<path class="chart-line.*$', text, re.MULTILINE)
    other = text.replace(lines[0], lines[1], 1)
    ((found,), theirs) = GeneratedLines(text).compare("page", other)
    assert (found.stored, found.computed, theirs) == (lines[1], lines[0], ())
    assert found.place == f"page:{text.splitlines().index(lines[0]) + 1}"


CHART = '<figure class="chart" id="chart-a">\n<path d="M0"/>\n</figure>\n'


@pytest.mark.parametrize(
    "forged",
    ["", CHART.replace("class=", "id=z class="), CHART.replace('"chart"', "chart").replace("M0", "M9")],
)
def test_a_chart_that_is_not_there_as_it_was_made_is_missed(forged):
    ((found,), _) = GeneratedLines(CHART).compare("page", forged)
    assert (found.place, found.computed) == ("page: chart", '<figure class="chart" id="chart-a">')


@pytest.mark.parametrize("name", ["report.en.md", "report.ko.html"])
@pytest.mark.parametrize("what", [r'<a id="f\d+"></a>.*|<li id="f\d+".*', r'\[\^\d+\]: .*|<li id="source-.*'])
def test_how_a_figure_came_about_is_nobodys_to_reword(documents, name, what):
    text = without_archive(documents[name])
    line = re.search(what, text)[0]
    assert GeneratedLines(text).compare(name, text.replace(line, f"{line} (roughly)"))[0]


WRAPPED = "- Orders failed from [10:05](#f1) on,\n  at most [31.0%](#f2) of them.\n"
SOURCE = "- Orders failed from [10:05](#f1) on, at most [31.0%](#f2) of them.\n"


def test_a_line_that_an_editor_wrapped_is_still_as_generated():
    generated = GeneratedLines(SOURCE)
    assert generated.compare("x", WRAPPED) == ([], ())
    ((found,), theirs) = generated.compare("x", WRAPPED.replace("31.0", "13.0"))
    assert (found.stored, found.computed, theirs) == ("13.0%", "31.0%", ())


def test_a_tables_columns_may_be_aligned():
    assert GeneratedLines("| a | [1](#f1) |").compare("x", "|  a  |  [1](#f1)  |") == ([], ())
