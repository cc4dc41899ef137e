import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive.identity import Audience
from postmortem.report_cli import render

SEOUL = ZoneInfo("Asia/Seoul")
FORMS = ("md", "html", "json")


def as_read(text):
    """Without what numbers the figures."""
    return re.sub(r"</?data[^>]*>", "", text)


def told_outside(report, language):
    """The text for the public in each format."""
    texts = render(report, language, SEOUL, {Path(form): form for form in FORMS}, Audience.PUBLIC)
    return {path.name: text for path, text in texts.items()}


@pytest.fixture(scope="session")
def public(seed_report):
    """By language and format."""
    return {
        (str(language), form): text
        for language in Language
        for form, text in told_outside(seed_report, language).items()
    }
