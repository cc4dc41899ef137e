import pytest
import yaml

from commerce_app.drill.act import ActRecord
from commerce_app.drill.customers import LoadSummary
from commerce_app.drill.measure import SloResult
from commerce_app.drill.onsets import Moments
from commerce_app.drill.scenario import NORMAL, SCENARIOS


@pytest.fixture
def small_scenario(tmp_path):
    """The real drill with little data, few customers and no patience."""
    content = {
        **yaml.safe_load(NORMAL.read_text()),
        **yaml.safe_load((SCENARIOS / "banner-spike.yml").read_text()),
    }
    content["shop"] |= {"products": 100, "users": 100}
    content["load"]["stages"] = [{"rps": 20, "hold_seconds": 60}]
    content["steps"] = [{**step, "at_seconds": 6 + n} for n, step in enumerate(content["steps"])]
    for name in ("unprotected", "protected"):
        content["acts"][name]["end_seconds"] = 12
    content["measuring"] |= {
        "scrape_seconds": 1,
        "window_seconds": 4,
        "settle_seconds": 3,
        "after_seconds": 3,
    }
    path = tmp_path / "small.yml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture
def act_record():
    """Makes records of acts: normal to 30 s, the fault from 40 to 80 s, 120 s long, 100 orders offered."""
    moments = Moments(normal_start=0, normal_end=30, fault_at=40, hurt_end=80, after_start=100, end=120)

    def make(*, placed=97, refused=0, pages=(100, 99), metrics=None, **measured):
        usual = {
            "act": "protected", "started_at": 0, "ended_at": 120, "ended": "", "steps": {}, "fault_at": 40,
            "alarm_at": None, "page_at": None, "incident": None, "series": {}, "machine": {},
            "slos": (SloResult("order-latency", 0.99, 0.002),), "moments": moments,
            "opening": {"stock": 7, "coupons": 3},
            "load": LoadSummary(100, placed, refused, *pages, metrics or {}),
        }  # fmt: skip
        return ActRecord(**{**usual, **measured})

    return make
