import json
from pathlib import Path

import pytest

from collector.errors import ExpositionError
from collector.exposition import PageFormat, PageParser
from collector.labels import Labels
from collector.strict import check_page

CASES = Path(__file__).parents[3] / "shared" / "conformance" / "openmetrics"

pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="../shared is absent: no OpenMetrics conformance cases"
)


def cases(good):
    found = sorted(CASES.glob("*/test.json"))
    return [case.parent.name for case in found if json.loads(case.read_text())["shouldParse"] is good]


def read(name):
    return (CASES / name / "metrics").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", cases(good=True))
def test_good_pages_are_accepted(name):
    PageParser(Labels, lambda _labels: 0).parse(read(name), PageFormat.OPENMETRICS)
    check_page(read(name), PageFormat.OPENMETRICS)


@pytest.mark.parametrize("name", cases(good=False))
def test_the_strict_check_refuses_bad_pages(name):
    with pytest.raises(ExpositionError, match="line"):
        check_page(read(name), PageFormat.OPENMETRICS)
