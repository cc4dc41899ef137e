"""The board of the shop: requests, cache, Redis, primary, replica, business. One function a panel."""

from typing import Any

from dashboards.grafana.boards import Json, Row, board
from dashboards.grafana.panels import AMBER, GREEN, RED, Panel, datasource_variable, label_variable, lines

_HERE = 'job=~"$job",instance=~"$instance"'
_RATE = "$__rate_interval"


def shop_board() -> Json:
    """Metric names are those of the shop's instrumentation, which follows OpenTelemetry's conventions."""
    variables = [
        datasource_variable(),
        label_variable("job", "label_values(up, job)"),
        label_variable("instance", 'label_values(up{job=~"$job"}, instance)'),
    ]
    rows = [
        Row(
            "Requests",
            [_request_rate(), _error_ratio(), _load_shed(), _latency(0.95), _latency(0.99), _in_flight()],
        ),
        Row("Cache", [_hit_ratio(), _cache_reads(), _cache_load_time(), _stale_age(), _leases()]),
        Row("Redis", [_redis_latency(), _redis_errors(), _valkey_cpu()]),
        Row("Primary", [*_database("primary"), _lock_waits(), _lock_failures(), _slow_queries("primary")]),
        Row(
            "Replica",
            [*_database("replica"), _replica_lag(), _reads(), _slow_queries("replica"), _breakers()],
        ),
        Row("Business", [_orders(), _revenue(), _payments()]),
    ]
    text = "The shop from its front door to its replica: where time and errors come from."
    return board("fireline-shop", "Fireline: shop", text, variables, rows, span="1h")


def _rate(metric: str, matchers: str = "") -> str:
    return f"rate({metric}{{{_with(matchers)}}}[{_RATE}])"


def _with(matchers: str) -> str:
    return f"{_HERE},{matchers}" if matchers else _HERE


def _quantile(q: float, histogram: str, by: str, matchers: str = "") -> str:
    return f"histogram_quantile({q}, sum by (le, {by}) ({_rate(histogram + '_bucket', matchers)}))"


def _chart(title: str, description: str, unit: str, expression: str, legend: str, **options: Any) -> Panel:  # noqa: ANN401  # those of `lines`
    return lines(title, description, unit, (expression, legend), **options)


def _request_rate() -> Panel:
    query = f"sum by (http_route) ({_rate('http_server_request_duration_seconds_count')})"
    return _chart("Requests", "Answered requests per second, by route.", "reqps", query, "{{http_route}}")


def _error_ratio() -> Panel:
    failed = 'error_type!=""'
    bad = f"sum by (http_route) ({_rate('http_server_request_duration_seconds_count', failed)})"
    total = f"sum by (http_route) ({_rate('http_server_request_duration_seconds_count')})"
    text = "Share of requests that ended in an error: timeouts, own limits, dependencies, faults of ours."
    query, limits = f"({bad} or 0 * {total}) / {total}", ((0, GREEN), (0.01, AMBER), (0.05, RED))
    return _chart("Error ratio", text, "percentunit", query, "{{http_route}}", limits=limits)


def _load_shed() -> Panel:
    query = f"sum by (reason) ({_rate('load_shed_total')})"
    return _chart("Load shed", "Requests turned away per second, by reason.", "reqps", query, "{{reason}}")


def _latency(q: float) -> Panel:
    query = _quantile(q, "http_server_request_duration_seconds", "http_route")
    text = f"{q:.0%} of the requests were answered within this time, by route."
    return _chart(f"Latency p{q * 100:.0f}", text, "s", query, "{{http_route}}")


def _in_flight() -> Panel:
    query = f"sum by (http_route) (http_server_active_requests{{{_HERE}}})"
    text = "Requests begun and not yet answered; a hang shows here first."
    return _chart("In flight", text, "short", query, "{{http_route}}")


def _hit_ratio() -> Panel:
    answered, asked = 'result=~"hit|stale"', 'result!="bypass"'
    hits = f"sum by (cache) ({_rate('cache_requests_total', answered)})"
    reads = f"sum by (cache) ({_rate('cache_requests_total', asked)})"
    text = (
        "Share of logical reads answered from the cache, stale answers included; an error counts against it."
    )
    return _chart("Hit ratio", text, "percentunit", f"{hits} / {reads}", "{{cache}}", maximum=1)


def _cache_reads() -> Panel:
    query = f"sum by (result) ({_rate('cache_requests_total')})"
    return _chart("Reads by result", "Logical cache reads per second.", "ops", query, "{{result}}")


def _cache_load_time() -> Panel:
    loading = f"sum by (cache) ({_rate('cache_load_duration_seconds_sum')})"
    text = (
        "Loads behind the cache that run at once: a stampede shows as many. Coalesced: reads that joined one."
    )
    joined = f"sum by (cache) ({_rate('cache_coalesced_total')})"
    return lines(
        "Loads at once, coalesced reads",
        text,
        "short",
        (loading, "{{cache}} loads"),
        (joined, "{{cache}} coalesced/s"),
    )


def _stale_age() -> Panel:
    query = _quantile(0.95, "cache_stale_age_seconds", "cache")
    text = "95% of the answers that were served stale were no longer past their TTL than this, by cache."
    return _chart("Age of stale answers p95", text, "s", query, "{{cache}}")


def _leases() -> Panel:
    query = f"sum by (outcome) ({_rate('cache_leases_total')})"
    text = (
        "How it was settled, per second, which process fills a key. Won and filled are the rule; impatient "
        "and unavailable load beside another."
    )
    return _chart("Leases on filling", text, "ops", query, "{{outcome}}")


def _redis_latency() -> Panel:
    query = _quantile(0.99, "db_client_operation_duration_seconds", "db_operation_name", 'server="redis"')
    return _chart(
        "Redis latency p99", "As the shop sees it, by operation.", "s", query, "{{db_operation_name}}"
    )


def _redis_errors() -> Panel:
    errors = f"sum by (error_type) ({_rate('redis_client_errors_total')})"
    retries = f"sum ({_rate('redis_client_retries_total')})"
    text = "Errors that the shop saw from Redis, and the retries it made, per second."
    return lines("Redis errors and retries", text, "ops", (errors, "{{error_type}}"), (retries, "retries"))


def _valkey_cpu() -> Panel:
    text = "Share of the CPU that the cache server may use; requests of the pool that wait for a connection."
    pool = _with('db_client_connection_pool_name="redis"')
    waiting = f"sum (db_client_connection_pending_requests{{{pool}}})"
    return lines(
        "Redis CPU, waiting for a connection",
        text,
        "short",
        (_cpu("valkey"), "CPU (1 = all)"),
        (waiting, "waiting"),
    )


def _cpu(group: str) -> str:
    which = f'groupname="{group}"'
    used = f"sum ({_rate('namedprocess_namegroup_cpu_seconds_total', which)})"
    return f"{used} / sum (namedprocess_namegroup_cpu_limit_cores{{{_with(which)}}})"


def _database(server: str) -> list[Panel]:
    return [_database_latency(server), _database_cpu(server), _connections(server)]


def _database_latency(server: str) -> Panel:
    histogram, which = "db_client_operation_duration_seconds", f'server="{server}"'
    text = f"Statements on the {server}, as the shop sees them."
    quantiles = [(_quantile(q, histogram, "server", which), f"p{q * 100:.0f}") for q in (0.5, 0.95, 0.99)]
    return lines(f"{server.capitalize()} latency", text, "s", *quantiles)


def _database_cpu(server: str) -> Panel:
    text = f"Share of the cores that the {server} may use."
    title, limits = f"{server.capitalize()} CPU", ((0, GREEN), (0.75, AMBER), (0.9, RED))
    return _chart(title, text, "percentunit", _cpu(f"postgres-{server}"), "CPU", maximum=1, limits=limits)


def _connections(server: str) -> Panel:
    pool = f'db_client_connection_pool_name="{server}"'
    states = f"sum by (db_client_connection_state) (db_client_connection_count{{{_with(pool)}}})"
    waiting = f"sum (db_client_connection_pending_requests{{{_with(pool)}}})"
    most = f"sum (db_client_connection_max{{{_with(pool)}}})"
    text = f"The shop's connections to the {server}: in use, idle, requests that wait for one, and the limit."
    title = f"{server.capitalize()} connections"
    used = (states, "{{db_client_connection_state}}")
    return lines(title, text, "short", used, (waiting, "waiting"), (most, "limit"))


def _lock_waits() -> Panel:
    query = _quantile(0.95, "lock_wait_seconds", "lock")
    return _chart("Lock wait p95", "Time until a row or lease was locked.", "s", query, "{{lock}}")


def _lock_failures() -> Panel:
    failed = 'outcome!="ok"'
    query = f"sum by (lock, outcome) ({_rate('lock_acquire_total', failed)})"
    text = "Locks not got per second, by lock and outcome."
    return _chart("Lock failures", text, "ops", query, "{{lock}} {{outcome}}")


def _slow_queries(server: str) -> Panel:
    which = f'server="{server}"'
    query = f"sum by (operation) ({_rate('db_slow_queries_total', which)}) > 0"
    title = f"{server.capitalize()} slow queries"
    return _chart(title, "Statements that took too long per second, by name.", "ops", query, "{{operation}}")


def _replica_lag() -> Panel:
    text = "How far the replica is behind; 0 when it has replayed all that it received."
    query = f"max (pg_replication_lag_seconds{{{_HERE}}})"
    return _chart("Replication lag", text, "s", query, "lag")


def _reads() -> Panel:
    query = f"sum by (target, reason) ({_rate('db_reads_total')}) > 0"
    text = "Where reads go and why: what the replica lacks is read on the primary, or turned away."
    return _chart("Reads by server", text, "ops", query, "{{target}}: {{reason}}")


def _breakers() -> Panel:
    state = _with('state="open"')
    query = f"max by (name) (circuit_breaker_state{{{state}}})"
    return _chart(
        "Open circuit breakers", "1 while a breaker keeps calls away.", "short", query, "{{name}}", maximum=1
    )


def _orders() -> Panel:
    query = f"sum by (outcome) ({_rate('shop_orders_total')})"
    return _chart("Orders", "Orders per second, by outcome.", "ops", query, "{{outcome}}")


def _revenue() -> Panel:
    query = f"60 * sum ({_rate('shop_revenue_krw_total')})"
    return _chart("Revenue per minute", "Won taken in per minute.", "currencyKRW", query, "revenue")


def _payments() -> Panel:
    tried = f"sum by (outcome) ({_rate('shop_payment_attempts_total')})"
    begun = f"sum ({_rate('shop_checkouts_begun_total')})"
    left = f"sum ({_rate('shop_carts_left_total')})"
    text = "Payment attempts by outcome, checkouts begun, and carts reserved and never bought, per second."
    return lines(
        "Payments and checkouts",
        text,
        "ops",
        (tried, "{{outcome}}"),
        (begun, "checkouts begun"),
        (left, "carts left"),
    )
