import re
from pathlib import Path

import pytest

from commerce_app.metrics import REQUEST_BUCKETS, Metrics
from commerce_app.switches import Flip, Switch

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"
SHOP_DOC = Path(__file__).parents[2] / "docs" / "shop.md"


@pytest.fixture
def families():
    return list(Metrics().registry.collect())


def names(families):
    return {family.name + ("_total" if family.type == "counter" else "") for family in families}


def documented(text):
    """Metric names in backticks, with {a,b} and … spelled out."""
    found = set()
    for cell in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE):
        before = ""
        for name in re.findall(r"`([^`]+)`", cell):
            full = before + name.removeprefix("…") if name.startswith("…") else name
            choices = re.fullmatch(r"(\w+)_\{([\w,]+)\}", full)
            found |= {f"{choices[1]}_{each}" for each in choices[2].split(",")} if choices else {full}
            before = re.sub(r"_\{.*", "", full) if choices else before
    return found


def test_every_metric_of_the_seam_exists(families):
    table = ARCHITECTURE.read_text().split("## The shop's metrics")[1].split("\n## ")[0]
    wanted = {name for name in documented(table) if not name.startswith("namedprocess_")}
    assert wanted - names(families) == set()


def test_every_metric_is_documented(families):
    text = ARCHITECTURE.read_text() + SHOP_DOC.read_text()
    assert names(families) - documented(text) == set()


def test_all_label_sets_exist_from_the_first_scrape(families):
    empty = [family.name for family in families if not family.samples]
    assert empty == []


def test_request_buckets_hold_the_slo_bounds():
    assert {0.5, 1} <= set(REQUEST_BUCKETS)


def test_a_flip_shows():
    metrics = Metrics()
    metrics.follow(Flip(Switch.LOCAL_TIER, enabled=True))
    assert metrics.switch_enabled.labels("local_tier")._value.get() == 1
