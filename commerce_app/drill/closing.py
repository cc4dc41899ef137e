"""The closing tables of a drill, for people."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from commerce_app.drill.display import figure
from commerce_app.drill.measure import machine_doubt

Json = dict[str, Any]
NAMES = {
    "hit_rate": "cache hit rate",
    "product_p95": "product p95",
    "replica_cpu": "replica CPU",
    "order_p99": "order p99",
    "order_errors": "order errors",
    "alarm": "late alarm",
    "mitigation": "mitigation",
    "recovery": "recovery",
}


def show_closing(console: Console, comparison: Json) -> None:
    """What the document says, what was measured, what an earlier page would have saved."""
    acts: Json = comparison["acts"]
    if "document" in comparison:
        console.print(document_table(comparison["document"]))
        console.print(chain_line(acts["late"], comparison["document"]["order"]))
    console.print(acts_table(acts))
    for line in (*verdicts(comparison), *doubts(acts)):
        console.print(line)


def document_table(against: Json) -> Table:
    """A row for each series: before → peak → after, in the document and here."""
    table = Table(title="The document and the late act", title_justify="left")
    for name in ("series", "document", "measured", "direction", "order"):
        table.add_column(name)
    for name, row in against["series"].items():
        unit = row["document"]["unit"]
        agree = [_agreed(row["direction_agrees"]), _agreed(row["order_agrees"])]
        table.add_row(NAMES[name], _course(row["document"], unit), _course(row["measured"], unit), *agree)
    return table


def _course(figures: Json, unit: str) -> str:
    return " → ".join(figure(figures[key], unit) for key in ("before", "peak", "after"))


def _agreed(agrees: bool) -> str:
    return "[green]✓ agrees[/green]" if agrees else "[red]✗ differs[/red]"


def chain_line(late: Json, order: Json) -> str:
    """The chain of the late act, in seconds after the fault."""
    seconds = late["chain_seconds"]
    links = " · ".join(f"{NAMES[link]} {_seconds(at)}" for link, at in seconds.items())
    tie = f"{order['tie_seconds']:g} s count as tied"
    verdict = (
        "in the document's order" if order["agrees"] else f"out of order: {', '.join(order['misplaced'])}"
    )
    return f"Seconds after the fault: {links}\nThe chain came {verdict} ({tie})."


def acts_table(acts: Json) -> Table:
    """A row for each act: page, alarm, orders."""
    table = Table(title="The acts", title_justify="left")
    for name in (
        "act",
        "page after the fault",
        "late alarm after",
        "orders offered",
        "failed",
        "SLOs kept",
        "CPU idle",
    ):
        table.add_column(name, justify="left" if name == "act" else "right")
    for name, act in acts.items():
        orders, kept = act["orders"], sum(slo["kept"] for slo in act["slos"])
        shares = f"{orders['failed']} ({figure(orders['failed'] / max(orders['offered'], 1), 'ratio')})"
        idle = figure(act["machine"]["idle_ratio"], "ratio")
        table.add_row(
            name, _seconds(act["page_seconds"]), _seconds(act["alarm_seconds"]), str(orders["offered"]),
            shares, f"{kept} of {len(act['slos'])}", idle,
        )  # fmt: skip
    return table


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.0f} s"


def verdicts(comparison: Json) -> Iterable[str]:
    """What follows from it, a sentence each."""
    acts = comparison["acts"]
    late = acts.get("late", {})
    if late.get("page_seconds") is not None and late.get("alarm_seconds") is not None:
        sooner = late["alarm_seconds"] - late["page_seconds"]
        yield f"Fireline's shadow page came {sooner:.0f} s before the late alarm."
    if "late" in acts and "early" in acts:
        lost, saved = acts["late"]["orders"]["failed"], acts["early"]["orders"]["failed"]
        yield f"Failed orders: {lost} when the runbook acted on the late alarm, {saved} when on the page."
    if "protected" in comparison:
        yield protected_line(comparison["protected"])


def doubts(acts: Json) -> Iterator[str]:
    """Why figures of an act are not what they seem, a sentence each."""
    for name, act in acts.items():
        for problem in act["unhealed"]:
            yield f"[red]✗[/red] {name}: {escape(problem)}. The act ended there; its figures are until then."
        if doubt := machine_doubt(act["machine"]):
            yield f"[yellow]![/yellow] {name}: {doubt}."
        orders, kept = act["orders"], {slo["name"] for slo in act["slos"] if slo["kept"]}
        if orders["failed"] > orders["offered"] / 2 and "order-availability" in kept:
            yield (
                f"[yellow]![/yellow] {name}: most orders failed and order-availability was kept: customers "
                "gave up before the shop answered, or could not send, and objectives count answers only."
            )


def protected_line(verdict: Json) -> str:
    """Whether the protections held, and what they did not hold."""
    served = f"{100 * verdict['served_ratio']:.1f}% of the offered orders placed"
    if verdict["held"]:
        return f"[green]✓[/green] Protected: every SLO kept, {served}, nobody paged."
    lost = f"SLOs lost: {', '.join(verdict['slos_lost'])}" if verdict["slos_lost"] else "every SLO kept"
    paged = "somebody was paged" if verdict["paged"] else "nobody paged"
    return f"[red]✗[/red] Protected: {lost}, {served}, {paged}."
