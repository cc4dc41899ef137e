"""How the cache is filled and what it answers."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, quantile, rate


def cache() -> Row:
    """Whether the cache spares the databases, and with what it answers."""
    return Row("Cache", [_hit_ratio(), _cache_reads(), _cache_load_time(), _stale_age(), _leases()])


def _hit_ratio() -> Panel:
    answered, asked = 'result=~"hit|stale"', 'result!="bypass"'
    hits = f"sum by (cache) ({rate('cache_requests_total', answered)})"
    reads = f"sum by (cache) ({rate('cache_requests_total', asked)})"
    text = (
        "Share of logical reads answered from the cache, stale answers included; an error counts against it."
    )
    return chart("Hit ratio", text, "percentunit", f"{hits} / {reads}", "{{cache}}", maximum=1)


def _cache_reads() -> Panel:
    query = f"sum by (result) ({rate('cache_requests_total')})"
    return chart("Reads by result", "Logical cache reads per second.", "ops", query, "{{result}}")


def _cache_load_time() -> Panel:
    loading = f"sum by (cache) ({rate('cache_load_duration_seconds_sum')})"
    text = (
        "Loads behind the cache that run at once: a stampede shows as many. Coalesced: reads that joined one."
    )
    joined = f"sum by (cache) ({rate('cache_coalesced_total')})"
    return lines(
        "Loads at once, coalesced reads",
        text,
        "short",
        (loading, "{{cache}} loads"),
        (joined, "{{cache}} coalesced/s"),
    )


def _stale_age() -> Panel:
    query = quantile(0.95, "cache_stale_age_seconds", "cache")
    text = "95% of the answers that were served stale were no longer past their TTL than this, by cache."
    return chart("Age of stale answers p95", text, "s", query, "{{cache}}")


def _leases() -> Panel:
    query = f"sum by (outcome) ({rate('cache_leases_total')})"
    text = (
        "How it was settled, per second, which process fills a key. Won and filled are the rule; impatient "
        "and unavailable load beside another."
    )
    return chart("Leases on filling", text, "ops", query, "{{outcome}}")
