"""Every metric of the shop, with all its label sets from the first scrape (docs/architecture.md)."""

from commerce_app.cache.cause import Cause
from commerce_app.errors import ErrorType
from commerce_app.instrument.instruments import OPERATION_BUCKETS
from commerce_app.instrument.label_values import (
    BACKGROUND,
    CACHES,
    LEASE_OUTCOMES,
    TIER_RESULTS,
    WORK,
)
from commerce_app.instrument.routes import ROUTES
from commerce_app.instrument.server_metrics import ServerMetrics
from commerce_app.resilience.rate_profiles import PROFILES, Profile
from commerce_app.switches import Flip, Switch

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2.5, 5, 7.5, 10)
STALE_BUCKETS = (1, 2, 5, 10, 20, 30, 45, 60, 90, 120)
LOCK_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics(ServerMetrics):
    """The instruments, on a registry of their own; those of the servers are in ``ServerMetrics``."""

    def __init__(self) -> None:
        super().__init__()
        self._requests()
        self._cache()
        self._refreshes()
        self._protections()
        self._control()
        self._business()
        self._sagas()

    def follow(self, flip: Flip) -> None:
        """Show a switch's new state."""
        self.switch_enabled.labels(flip.switch).set(flip.enabled)

    def _requests(self) -> None:
        labels = ("http_request_method", "http_route", "http_response_status_code", "error_type")
        self.request_seconds = self._histogram(
            "http_server_request_duration_seconds", "Time to answer a request.", labels, REQUEST_BUCKETS
        )
        self.active_requests = self._gauge(
            "http_server_active_requests", "Requests begun and not ended.", labels[:2]
        )
        for route in ROUTES:
            self.active_requests.labels(route.method, route.path)
            for status, error_type in route.outcomes:
                self.request_seconds.labels(route.method, route.path, str(status), error_type)

    def _cache(self) -> None:
        self.cache_requests = self._counter(
            "cache_requests_total", "Logical reads by who answered and how.", ("cache", "tier", "result")
        )
        self.cache_load_seconds = self._histogram(
            "cache_load_duration_seconds", "Time to load a value behind the cache.", ("cache",),
            OPERATION_BUCKETS,
        )  # fmt: skip
        self.cache_load_failures = self._counter(
            "cache_load_failures_total", "Loads that failed or took too long.", ("cache",)
        )
        self.cache_coalesced = self._counter(
            "cache_coalesced_total", "Reads that joined another's read.", ("cache",)
        )
        self.cache_refresh_failures = self._counter(
            "cache_refresh_failures_total", "Background refreshes that failed.", ("cache",)
        )
        self.cache_store_failures = self._counter(
            "cache_store_failures_total", "Loaded values that Redis did not take.", ("cache",)
        )
        self.cache_stale_age_seconds = self._histogram(
            "cache_stale_age_seconds", "How long past its TTL a value was that was served stale.", ("cache",),
            STALE_BUCKETS,
        )  # fmt: skip
        self.cache_leases = self._counter(
            "cache_leases_total", "How it was settled which process fills a key.", ("cache", "outcome")
        )
        self.cache_forgotten = self._counter(
            "cache_forgotten_total", "Keys to be taken out of Redis as no longer true.", ("outcome",)
        )
        for outcome in ("done", "failed", "dropped"):
            self.cache_forgotten.labels(outcome)
        for cache in CACHES:
            for outcome in LEASE_OUTCOMES:
                self.cache_leases.labels(cache, outcome)
            self.cache_stale_age_seconds.labels(cache)
            self.cache_refresh_failures.labels(cache)
            self.cache_store_failures.labels(cache)
            self.cache_load_seconds.labels(cache)
            self.cache_load_failures.labels(cache)
            self.cache_coalesced.labels(cache)
            for tier, result in TIER_RESULTS:
                self.cache_requests.labels(cache, tier, result)

    def _refreshes(self) -> None:
        self.cache_refreshes = self._counter(
            "cache_refreshes_total", "Background refreshes begun, by why.", ("cache", "cause")
        )
        self.cache_absences = self._counter(
            "cache_absences_total", "Reads answered by a remembered absence, without a load.", ("cache",)
        )
        for cache in CACHES:
            self.cache_absences.labels(cache)
            for cause in Cause:
                self.cache_refreshes.labels(cache, cause)

    def _protections(self) -> None:
        self._locks()
        self._failing_servers()
        self._limits()
        self._queues()

    def _locks(self) -> None:
        self.lock_wait_seconds = self._histogram(
            "lock_wait_seconds", "Time until a row lock was held or given up.", ("lock",), LOCK_BUCKETS
        )
        self.lock_acquire = self._counter(
            "lock_acquire_total", "Attempts to take a row lock.", ("lock", "outcome")
        )
        for lock in ("stock", "coupon", "wallet"):
            self.lock_wait_seconds.labels(lock)
            for outcome in ("ok", "timeout", "error"):
                self.lock_acquire.labels(lock, outcome)

    def _failing_servers(self) -> None:
        self.breaker_state = self._gauge(
            "circuit_breaker_state", "1 for the state the breaker is in.", ("name", "state")
        )
        for breaker in ("redis", "replica", "rate_limits"):
            for state in ("closed", "open", "half_open"):
                self.breaker_state.labels(breaker, state).set(state == "closed")
        self.retries = self._counter("retry_total", "Loads that were tried once more.", ("outcome",))
        for outcome in ("ok", "failed"):
            self.retries.labels(outcome)
        self.primary_waits = self._counter(
            "primary_waits_total", "Times an order waited for a primary that was away."
        )
        self.retry_budget_exhausted = self._counter(
            "retry_budget_exhausted_total", "Loads not tried once more, as too many had been."
        )

    def _limits(self) -> None:
        self.load_shed = self._counter("load_shed_total", "Work turned away.", ("reason",))
        for reason in ("requests", *WORK, "loads", "primary_reads", "route_limit"):
            self.load_shed.labels(reason)
        self.rate_limited = self._counter(
            "shop_rate_limited_total", "Requests over a rate.", ("http_route", "limit")
        )
        for route, limits in PROFILES[Profile.NORMAL].items():
            self.rate_limited.labels(route, "route")
            if limits.user is not None:
                self.rate_limited.labels(route, "user")
        self.rate_limit_fallbacks = self._counter(
            "shop_rate_limit_fallbacks_total", "Requests judged by this process alone, without Redis."
        )

    def _queues(self) -> None:
        self.concurrency_limit = self._gauge(
            "shop_concurrency_limit", "Requests let in at once; infinite while nothing limits them."
        )
        self.requests_queued = self._gauge(
            "shop_requests_queued", "Requests that wait at the door.", ("work",)
        )
        for work in WORK:
            self.requests_queued.labels(work)

    def _control(self) -> None:
        self.switch_enabled = self._gauge("shop_switch_enabled", "Whether a protection is on.", ("switch",))
        for switch in Switch:
            self.switch_enabled.labels(switch)
        self.event_failures = self._counter(
            "shop_event_post_failures_total", "Events that did not reach Fireline in time."
        )
        self.background_failures = self._counter(
            "shop_background_failures_total", "Background loops that died and were started again.", ("loop",)
        )
        for loop in BACKGROUND:
            self.background_failures.labels(loop)

    def _business(self) -> None:
        self.orders = self._counter("shop_orders_total", "Orders asked for, by how they ended.", ("outcome",))
        for outcome in ("placed", "replayed", "rejected", "unknown", *filter(None, ErrorType)):
            self.orders.labels(outcome)
        self.orders_repeated = self._counter(
            "shop_orders_repeated_total", "Orders placed of a cart that the customer was sold just before."
        )
        self.payment_attempts = self._counter(
            "shop_payment_attempts_total", "Debits tried on a wallet.", ("outcome",)
        )
        for outcome in ("paid", "insufficient_balance", "failed", "unknown"):
            self.payment_attempts.labels(outcome)
        self.carts_left = self._counter(
            "shop_carts_left_total", "Orders reserved and never bought, by who gave them back.", ("by",)
        )
        for who in ("request", "sweeper"):
            self.carts_left.labels(who)
        self.checkouts_begun = self._counter("shop_checkouts_begun_total", "Orders begun.")
        self.revenue_krw = self._counter("shop_revenue_krw_total", "Won paid for orders.")

    def _sagas(self) -> None:
        self.orders_held = self._gauge(
            "orders_held", "Orders reserved or paid and not yet confirmed; NaN when that cannot be asked."
        )
        self.orders_oldest_held_age_seconds = self._gauge(
            "orders_oldest_held_age_seconds", "Time since the oldest held order was reserved."
        )
        self.orders_repaired = self._counter(
            "orders_repaired_total", "Orders that the sweeper undid, by the state they were in.", ("from",)
        )
        for state in ("reserved", "paid"):
            self.orders_repaired.labels(state)
        self.outbox_pending = self._gauge(
            "outbox_pending", "Events not yet sent; NaN when that cannot be asked."
        )
        self.outbox_oldest_age_seconds = self._gauge(
            "outbox_oldest_age_seconds", "Age of the oldest event not yet sent."
        )
