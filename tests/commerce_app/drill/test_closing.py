import io

import pytest
from rich.console import Console

from commerce_app.drill.closing import show_closing

DOCUMENT = {"unit": "ratio", "trouble": "falls", "before": 0.82, "peak": 0.35, "after": 0.88}
HIT_RATE = {
    "document": DOCUMENT,
    "measured": {"before": 0.8, "peak": 0.41, "after": None},
    "direction_agrees": False,
    "order_agrees": True,
}


def act(failed, page, alarm):
    return {
        "page_seconds": page,
        "alarm_seconds": alarm,
        "orders": {"offered": 1000, "failed": failed},
        "slos": [{"name": "product-latency", "kept": True}, {"name": "order-latency", "kept": False}],
        "machine": {"idle_ratio": 0.2},
        "unhealed": [],
        "chain_seconds": {"hit_rate": 12.0, "alarm": 200.0, "recovery": None},
    }


COMPARISON = {
    "acts": {"late": act(400, 19.0, 200.0), "early": act(100, 21.0, None)},
    "document": {
        "series": {"hit_rate": HIT_RATE},
        "order": {"agrees": False, "misplaced": ["recovery"], "tie_seconds": 10.0},
    },
    "protected": {"held": False, "served_ratio": 0.9, "slos_lost": ["order-latency"], "paged": True},
}


def closing(comparison):
    console = Console(file=io.StringIO(), width=140)
    show_closing(console, comparison)
    return " ".join(console.file.getvalue().split())


@pytest.fixture
def shown():
    return closing(COMPARISON)


@pytest.mark.parametrize(
    "text",
    [
        "82% → 35% → 88%",
        "80% → 41% → –",
        "✗ differs",
        "✓ agrees",
        "cache hit rate 12 s · late alarm 200 s · recovery –",
        "The chain came out of order: recovery (10 s count as tied).",
        "400 (40%)",
        "1 of 2",
        "Fireline's shadow page came 181 s before the late alarm.",
        "Failed orders: 400 when the runbook acted on the late alarm, 100 when on the page.",
        "✗ Protected: SLOs lost: order-latency, 90.0% of the offered orders placed, somebody was paged.",
    ],
)
def test_the_closing_says_it_all(shown, text):
    assert text in shown


KEPT = [{"name": "order-availability", "kept": True}]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {"machine": {"idle_ratio": 0.2, "least_idle_ratio": 0.001}},
            "! early: 0.1% of the machine's CPU was idle for 15s: too busy to judge",
        ),
        ({"unhealed": ["lag: not healed: no [answer]"]}, "✗ early: lag: not healed: no [answer]."),
        (
            {"slos": KEPT},
            "! early: most orders failed and order-availability was kept: customers gave up before",
        ),
    ],
)
def test_what_makes_figures_doubtful_is_said(more, text):
    assert text in closing({"acts": {"early": act(600, 21.0, None) | more}})
    assert "early:" not in closing({"acts": {"early": act(600, 21.0, None)}})
