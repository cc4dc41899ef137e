import json
from pathlib import Path

import pytest

from collector.exposition import PageFormat, PageParser

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "openmetrics"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="../shared is absent: no OpenMetrics conformance cases")


def good_cases():
    return [
        case.parent.name
        for case in sorted(CASES.glob("*/test.json"))
        if json.loads(case.read_text())["shouldParse"]
    ]


@pytest.mark.parametrize("name", good_cases())
def test_the_scraper_accepts_every_good_page(name):
    text = (CASES / name / "metrics").read_text()
    PageParser(lambda labels: 0).parse(text, PageFormat.OPENMETRICS)
