"""A document as one HTML page: charts inside, nothing fetched, dark and light, made to print."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from alerts.charts.svg import render_chart, stylesheet
from postmortem.document import Document, Heading, Text

_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_STRONG = re.compile(r"\*\*(.+?)\*\*")


def render_html(document: Document) -> str:
    """The whole page."""
    numbers = document.numbered_sources()
    own = files("postmortem").joinpath("templates", "report.css").read_text(encoding="utf-8")
    headings = [block for block in document.blocks if isinstance(block, Heading) and block.level == 2]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            document=document,
            numbers=numbers,
            contents=headings,
            styles=Markup(f"{stylesheet()}\n{own}"),  # noqa: S704  our own files
            inline=lambda text: _inline(text, numbers, document.blank_marks),
            plain=lambda text: _marked_up(text, document.blank_marks),
            anchor=_anchor,
            kind=lambda block: type(block).__name__,
            chart=render_chart,
        )
    )


def _inline(text: Text, numbers: Mapping[str, int], blank_marks: tuple[str, str]) -> Markup:
    notes = sorted(numbers[ref] for ref in text.refs if ref in numbers)
    links = Markup(" ").join(Markup('<a href="#source-{0}">{0}</a>').format(number) for number in notes)
    marked = _marked_up(text.text, blank_marks)
    return marked + Markup('<sup class="refs">{}</sup>').format(links) if notes else marked


def _marked_up(text: str, blank_marks: tuple[str, str]) -> Markup:
    """Escaped first; then code, strong and blanks become elements."""
    opening, closing = (re.escape(str(escape(mark))) for mark in blank_marks)
    safe = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    safe = _STRONG.sub(r"<strong>\1</strong>", safe)
    safe = re.sub(f"({opening}:.*?{closing})", r'<mark class="blank">\1</mark>', safe)
    return Markup(safe)  # noqa: S704  escaped above


def _anchor(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text).strip("-").lower()


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("postmortem", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
