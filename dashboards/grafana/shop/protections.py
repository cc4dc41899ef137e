"""What the shop does against trouble, and what it goes without meanwhile."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, rate, series

# Those that hold something back; every other switch is a protection or a mode of one.
READ_ONLY = "read_only_.*"


def protections() -> Row:
    """Which protections are at work, and what customers go without."""
    return Row("Protections", [_breakers(), _read_only(), _switches(), _retries()])


def _breakers() -> Panel:
    state = {each: series("circuit_breaker_state", f'state="{each}"') for each in ("open", "half_open")}
    query = f"max by (name) ({state['open']}) + 0.5 * max by (name) ({state['half_open']})"
    text = "1 while a breaker keeps calls away, 0.5 while it tries again; the worst of the processes."
    return chart("Circuit breakers", text, "short", f"clamp_max({query}, 1)", "{{name}}", maximum=1, width=6)


def _read_only() -> Panel:
    held_back = f'switch=~"{READ_ONLY}"'
    query = f"max by (switch) ({series('shop_switch_enabled', held_back)})"
    text = "1 while pages go without: rank, recommendations, or both; or the popular list stands still."
    return chart("Read-only mode", text, "short", query, "{{switch}}", maximum=1, width=6)


def _switches() -> Panel:
    others = series("shop_switch_enabled", f'switch!~"{READ_ONLY}"')
    apart = f"sum (max by (switch) ({others}) - min by (switch) ({others}))"
    text = "How many of the other switches are on, of how many, and on how many the processes differ."
    return lines(
        "Switches that are on",
        text,
        "short",
        (f"sum (max by (switch) ({others}))", "on"),
        (f"count (max by (switch) ({others}))", "there are"),
        (apart, "differ"),
        width=6,
    )


def _retries() -> Panel:
    tried = f"sum by (outcome) ({rate('retry_total')})"
    refused = f"sum ({rate('retry_budget_exhausted_total')})"
    text = "Loads tried once more per second, by how that ended, and those for which the budget was used up."
    return lines("Retries", text, "ops", (tried, "{{outcome}}"), (refused, "budget used up"), width=6)
