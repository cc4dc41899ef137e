"""A document as one HTML page: charts inside, nothing fetched, dark and light, made to print."""

import re
from base64 import b64encode
from collections.abc import Mapping
from html import unescape
from importlib.resources import files

from markupsafe import Markup, escape

from alerts.charts.svg import render_chart, stylesheet
from alerts.html_templates import html_templates
from postmortem.document import Document, Heading, Text
from postmortem.marks import numbered, replace_marks

ARCHIVE_NAME = "postmortem.json"
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")


def render_html(document: Document, archive: str = "") -> str:
    """The whole page. archive: the JSON that it was made from, which the page then carries along."""
    numbers, figures = document.numbered_sources(), document.numbered_figures()

    def plain(text: str) -> Markup:
        return _linked(_marked_up(text, document.blank_marks), figures, document.numbers)

    def inline(text: Text) -> Markup:
        return plain(text.text) + _references(text, numbers)

    own = files("postmortem").joinpath("templates", "report.css").read_text(encoding="utf-8")
    headings = [block for block in document.blocks if isinstance(block, Heading) and block.level == 2]
    return (
        html_templates("postmortem")
        .get_template("report.html.j2")
        .render(
            document=document,
            numbers=numbers,
            contents=headings,
            styles=Markup(f"{stylesheet()}\n{own}"),  # noqa: S704  our own files
            figures=figures,
            inline=inline,
            plain=plain,
            attachment=b64encode(archive.encode()).decode("ascii"),
            attachment_name=ARCHIVE_NAME,
            anchor=_anchor,
            kind=lambda block: type(block).__name__,
            chart=render_chart,
        )
    )


def _references(text: Text, numbers: Mapping[str, int]) -> Markup:
    notes = sorted(numbers[ref] for ref in text.refs if ref in numbers)
    links = " ".join(f'<a href="#source-{number}">{number}</a>' for number in notes)
    return Markup(f'<sup class="refs">{links}</sup>' if notes else "")  # noqa: S704  numbers


def _linked(text: Markup, figures: Mapping[str, int], alone: Mapping[str, int]) -> Markup:
    """Each figure as a link to how it came about, or with its number alone."""

    def link(fact: str, printed: str) -> str:
        number = figures.get(unescape(fact))
        if number is None:
            return numbered(printed, alone.get(unescape(fact)))
        return f'<a class="figure" href="#f{number}">{printed}</a>'

    return Markup(replace_marks(text, link))  # noqa: S704  escaped before


def _marked_up(text: str, blank_marks: tuple[str, str]) -> Markup:
    """Escaped first; then code, strong and blanks become elements."""
    opening, closing = (re.escape(str(escape(mark))) for mark in blank_marks)
    safe = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    safe = _STRONG.sub(r"<strong>\1</strong>", safe)
    safe = re.sub(f"({opening}:.*?{closing})", r'<mark class="blank">\1</mark>', safe)
    return Markup(safe)  # noqa: S704  escaped above


def _anchor(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text).strip("-").lower()
