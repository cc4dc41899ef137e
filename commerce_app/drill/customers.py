"""The customers: k6 under the scenario's plan, and what it says they got."""

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from commerce_app.drill.errors import CommandError
from commerce_app.drill.offer import LOAD
from commerce_app.drill.scenario import Act, Scenario
from commerce_app.stack.binaries import k6_program
from commerce_app.stack.process import Child, Placement, wait_until
from commerce_app.stack.stack import SERVER_NICE

LOAD_BEGINS = "load begins"
BEGIN_SECONDS = 60.0
ORDER_KINDS = ("order", "reread", "retry")
PAGE_KINDS = ("detail", "hot", "popular")


@dataclass(frozen=True)
class LoadSummary:
    """What k6 offered and what became of it; a page is served by a 200."""

    orders_offered: int
    orders_placed: int
    orders_refused: int
    pages_offered: int
    pages_served: int
    metrics: Mapping[str, Any]

    @property
    def orders_placed_ratio(self) -> float:
        """Of the orders offered; 0 where none was."""
        return self.orders_placed / self.orders_offered if self.orders_offered else 0.0

    @property
    def pages_served_ratio(self) -> float:
        """Of the pages asked for; 0 where none was."""
        return self.pages_served / self.pages_offered if self.pages_offered else 0.0

    @property
    def orders_failed(self) -> int:
        """Refusals by a rule of the shop's (sold out, empty wallet) are no failures."""
        return self.orders_offered - self.orders_placed - self.orders_refused

    def figure(self, name: str) -> float | None:
        """A metric of k6's: a rate's share of trues, else its count; None where k6 has none of that name."""
        metric = self.metrics.get(name)
        values = metric["values"] if metric else {}
        return values.get("rate") if metric and metric["type"] == "rate" else values.get("count")


@dataclass(frozen=True)
class RunningLoad:
    child: Child
    summary: Path

    def wait_for_begin(self) -> None:
        """Until every virtual user is there and the plan's seconds count."""
        wait_until(lambda: LOAD_BEGINS in self.child.log_tail(), self.child, BEGIN_SECONDS)

    def stop(self) -> LoadSummary:
        """No more customers; what they got.

        Raises:
            CommandError: when k6 left no summary.
        """
        self.child.stop(15.0)
        if not self.summary.exists():
            raise CommandError(f"k6: left no summary; the end of its log:\n{self.child.log_tail()}")
        return read_summary(json.loads(self.summary.read_text()))


def start_customers(scenario: Scenario, act: Act, shop_url: str, folder: Path) -> RunningLoad:
    """Start k6, with its log and its summary in ``folder``."""
    summary = folder / "k6.json"
    plan = json.dumps(load_plan(scenario, act, shop_url))
    child = Child.start(
        "k6",
        [k6_program(), "run", "--quiet", "--no-color", "--address", "", LOAD / scenario.load.script],
        folder / "k6.log",
        placement=Placement(SERVER_NICE),
        environment={"PLAN": plan, "SUMMARY": str(summary), "K6_NO_USAGE_REPORT": "true"},
        stop_signal=signal.SIGINT,
    )
    return RunningLoad(child, summary)


def load_plan(scenario: Scenario, act: Act, shop_url: str) -> dict[str, object]:
    """What the k6 script reads: the scenario's load, at the act's stages where it has its own."""
    load, shop = scenario.load, scenario.shop
    if act.stages is not None:
        load = load.model_copy(update={"stages": act.stages})
    return {
        "base_url": shop_url,
        "products": shop.products,
        "users": shop.users,
        "coupons": shop.coupons,
        **load.model_dump(exclude={"script"}),
    }


def read_summary(metrics: Mapping[str, Any]) -> LoadSummary:
    """k6's own figures; an order or page that no virtual user was free to send for was offered too."""

    def count(name: str) -> int:
        return int(metrics[name]["values"]["count"]) if name in metrics else 0

    def dropped(kinds: Sequence[str]) -> int:
        return sum(count(f"dropped_iterations{{scenario:{kind}}}") for kind in kinds)

    return LoadSummary(
        orders_offered=count("orders_offered") + dropped(ORDER_KINDS),
        orders_placed=count("orders_placed"),
        orders_refused=count("orders_refused"),
        pages_offered=count("pages_offered") + dropped(PAGE_KINDS),
        pages_served=count("pages_served"),
        metrics=metrics,
    )
