import copy
from zoneinfo import ZoneInfo

import orjson
import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.compose.write import write_document
from postmortem.html import render_html
from postmortem.markdown import render_markdown

ZONES = {Language.KO: "Asia/Seoul", Language.EN: "UTC"}


@pytest.fixture(scope="session")
def stored(seed_report):
    """The archive of the seed incident; not to be changed."""
    return orjson.loads(Archive.of(seed_report).text)


@pytest.fixture
def archive(stored):
    """One to change."""
    return copy.deepcopy(stored)


@pytest.fixture(scope="session")
def documents(seed_report):
    """The text of each document, by the name of its file."""
    carried = Archive.of(seed_report).text
    texts = {}
    for language, zone in ZONES.items():
        document = write_document(seed_report, language, ZoneInfo(zone))
        texts[f"report.{language}.md"] = render_markdown(document)
        texts[f"report.{language}.html"] = render_html(document, carried)
    return texts
