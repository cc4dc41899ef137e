"""How the cache is filled and what it answers."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, quantile, rate


def cache() -> Row:
    """Whether the cache spares the databases, and with what it answers."""
    return Row(
        "Cache",
        [
            _hit_ratio(),
            _answers(),
            _stale_share(),
            _loads(),
            _load_time(),
            _cache_load_time(),
            _stale_age(),
            _leases(),
            _refreshes(),
            _prewarmed(),
            _absences(),
            _failures(),
        ],
    )


def _hit_ratio() -> Panel:
    answered, asked = 'result=~"hit|stale"', 'result!="bypass"'
    hits = f"sum by (cache) ({rate('cache_requests_total', answered)})"
    reads = f"sum by (cache) ({rate('cache_requests_total', asked)})"
    text = (
        "Share of logical reads answered from the cache, stale answers included; an error counts against it."
    )
    return chart("Hit ratio", text, "percentunit", f"{hits} / {reads}", "{{cache}}", maximum=1)


def _answers() -> Panel:
    asked = 'result!="bypass"'
    query = f"sum by (tier, result) ({rate('cache_requests_total', asked)}) > 0"
    text = (
        "Logical reads per second by who answered and how. What is known not to exist is a hit. "
        "Local stale: Redis could not be asked."
    )
    return chart("Answers by tier", text, "ops", query, "{{tier}} {{result}}")


def _stale_share() -> Panel:
    stale, asked = 'result="stale"', 'result!="bypass"'
    served = f"sum by (cache) ({rate('cache_requests_total', stale)})"
    reads = f"sum by (cache) ({rate('cache_requests_total', asked)})"
    text = "Share of logical reads answered with a value past its TTL, or that Redis could not confirm."
    return chart("Stale answers", text, "percentunit", f"{served} / {reads}", "{{cache}}", maximum=1)


def _loads() -> Panel:
    query = f"sum by (cache) ({rate('cache_load_duration_seconds_count')})"
    text = "Fills per second: of misses, of refreshes before or after the TTL, of pre-warming."
    return chart("Loads behind the cache", text, "ops", query, "{{cache}}")


def _load_time() -> Panel:
    query = quantile(0.95, "cache_load_duration_seconds", "cache")
    return chart("Load time p95", "95% of the loads took no longer than this.", "s", query, "{{cache}}")


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


def _refreshes() -> Panel:
    query = f"sum by (cause) ({rate('cache_refreshes_total')})"
    text = (
        "Refreshes begun in the background per second: early before the TTL ends, stale after it, on "
        "schedule, or as a price changed."
    )
    return chart("Background refreshes", text, "ops", query, "{{cause}}")


def _absences() -> Panel:
    query = f"sum by (cache) ({rate('cache_absences_total')})"
    text = "Reads per second of what is remembered not to exist (negative_caching): a scan shows here."
    return chart("Remembered absences", text, "ops", query, "{{cache}}")


def _prewarmed() -> Panel:
    prewarmed = 'result="bypass"'
    query = f"sum by (cache) ({rate('cache_requests_total', prewarmed)})"
    text = "Keys loaded ahead per second: scheduled_prewarm, or a run of prewarming before a campaign."
    return chart("Pre-warmed", text, "ops", query, "{{cache}}")


def _failures() -> Panel:
    kept = 'outcome!="done"'
    return lines(
        "Loads, refreshes, stores and removals that failed",
        "Per second: loads, background refreshes, values that Redis did not take, and keys still in Redis "
        "though they are no longer true: to be tried again, or too many.",
        "ops",
        (f"sum ({rate('cache_load_failures_total')})", "loads"),
        (f"sum ({rate('cache_refresh_failures_total')})", "refreshes"),
        (f"sum ({rate('cache_store_failures_total')})", "stores"),
        (f"sum by (outcome) ({rate('cache_forgotten_total', kept)})", "removals {{outcome}}"),
    )
