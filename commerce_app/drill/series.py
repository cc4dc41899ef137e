"""The series that a drill measures, as PromQL: those of its tables, and those that bounds alone name."""

from dataclasses import dataclass

# The synthetic history has an origin; what the drill lived through has none.
_REQUESTS = 'http_server_request_duration_seconds_{part}{{job="shop",origin="",{which}}}'
# Like the objective, without pages that are turned away: they would make a shop that sheds look fast.
_PRODUCT = 'http_route="/products/{product_id}",http_response_status_code!~"429|503"'
_ORDER = 'http_route="/orders",http_request_method="POST"'
_WALLET = 'http_route="/wallets/{user_id}/charge"'
_COUPON = 'http_route="/coupons/{coupon_id}/claim"'
_FAILED = 'http_response_status_code=~"5..|429"'


@dataclass(frozen=True)
class Measured:
    """A series and its query. ``rises``: whether trouble makes it larger."""

    name: str
    rises: bool
    query: str

    def over(self, window_seconds: float) -> str:
        return self.query.replace("$window", f"{window_seconds:g}s")


def _requests(part: str, *which: str) -> str:
    return _REQUESTS.format(part=part, which=",".join(which))


def _quantile(q: float, which: str) -> str:
    return f"histogram_quantile({q}, sum by (le) (rate({_requests('bucket', which)}[$window])))"


def _errors(which: str) -> str:
    failed, all_of_them = _requests("count", which, _FAILED), _requests("count", which)
    return f"sum(rate({failed}[$window])) / sum(rate({all_of_them}[$window]))"


# Those of the closing table, which the seed document has too.
SERIES = (
    Measured(
        "hit_rate",
        rises=False,
        query='sum(rate(cache_requests_total{result=~"hit|stale"}[$window]))'
        ' / sum(rate(cache_requests_total{result!="bypass"}[$window]))',
    ),
    Measured("product_p95", rises=True, query=_quantile(0.95, _PRODUCT)),
    Measured(
        "replica_cpu",
        rises=True,
        query='sum(rate(namedprocess_namegroup_cpu_seconds_total{groupname="postgres-replica"}[$window]))'
        " / sum(avg_over_time("
        'namedprocess_namegroup_cpu_limit_cores{groupname="postgres-replica"}[$window]))',
    ),
    Measured("order_p99", rises=True, query=_quantile(0.99, _ORDER)),
    Measured("order_errors", rises=True, query=_errors(_ORDER)),
)
# Every one that a bound may name.
MEASURED = (
    *SERIES,
    Measured("wallet_p99", rises=True, query=_quantile(0.99, _WALLET)),
    Measured("wallet_errors", rises=True, query=_errors(_WALLET)),
    Measured("coupon_p99", rises=True, query=_quantile(0.99, _COUPON)),
    Measured("coupon_errors", rises=True, query=_errors(_COUPON)),
)
