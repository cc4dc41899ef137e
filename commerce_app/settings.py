"""The shop's settings, read once from the environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from commerce_app.errors import SettingsError
from commerce_app.resilience.rate_profiles import Profile
from commerce_app.switches import Switch

PREFIX = "SHOP_"
POSTGRESQL = ("postgresql", "postgres", "postgresql+asyncpg")


@dataclass(frozen=True)
class Settings:
    """Fields other than the first five come from ``SHOP_`` and their upper-case name."""

    database_url: str
    replica_url: str
    redis_url: str
    admin_token: str | None = None
    fireline_url: str | None = None

    product_ttl_seconds: float = 3600.0
    popular_ttl_seconds: float = 1800.0
    catalogue_ttl_seconds: float = 300.0
    orders_ttl_seconds: float = 600.0
    popular_refresh_seconds: float = 300.0
    extended_ttl_factor: float = 3.0
    ttl_jitter_ratio: float = 0.1
    stale_seconds: float = 60.0
    local_ttl_seconds: float = 5.0
    local_entries: int = 20_000
    prewarm_every_seconds: float = 30.0
    prewarm_keys: int = 100
    negative_ttl_seconds: float = 30.0
    negative_entries: int = 10_000

    order_deadline_seconds: float = 7.0
    order_hold_seconds: float = 30.0
    request_deadline_seconds: float = 10.0
    lock_timeout_seconds: float = 5.0
    page_statement_seconds: float = 2.0
    order_statement_seconds: float = 6.0
    background_statement_seconds: float = 20.0
    idle_transaction_seconds: float = 10.0
    slow_query_seconds: float = 0.2

    primary_pool_size: int = 20
    replica_pool_size: int = 15
    pool_timeout_seconds: float = 30.0
    ready_connections: int = 0
    replica_lag_limit_seconds: float = 5.0
    primary_reads: int = 4
    redis_fast_timeout_seconds: float = 0.05
    redis_connections: int = 100

    concurrent_loads: int = 8
    queued_loads: int = 64
    load_wait_seconds: float = 0.5
    load_deadline_seconds: float = 2.0
    concurrent_requests: int = 600
    rate_profile: Profile = Profile.NORMAL

    switches: frozenset[Switch] = frozenset()


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Parse the environment; raises SettingsError naming the variable and what was expected."""
    values: dict[str, Any] = {
        "database_url": _database_url(environment, "DATABASE_URL"),
        "replica_url": _database_url(environment, "REPLICA_URL"),
        "redis_url": _url(environment, "REDIS_URL", ("redis", "rediss")),
        "admin_token": environment.get("ADMIN_TOKEN") or None,
        "fireline_url": _optional_url(environment, "FIRELINE_URL"),
    }
    for field in fields(Settings)[len(values) :]:
        name = PREFIX + field.name.upper()
        if name in environment:
            values[field.name] = _PARSERS[str(field.type)](name, environment[name])
    _refuse_unknown(environment)
    return Settings(**values)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {PREFIX + field.name.upper() for field in fields(Settings)[5:]}
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name}: expected one of {', '.join(sorted(known))}")


def _url(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = environment.get(name, "")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and parts.hostname is not None and parts.port != 0
    except ValueError:  # urlsplit's word for a bad port or address
        usable = False
    if not usable:
        shown = repr(value) if value else "nothing"
        raise SettingsError(f"{name}: expected {schemes[0]}://HOST[:PORT]/…, got {shown}")
    return value


def _optional_url(environment: Mapping[str, str], name: str) -> str | None:
    return _url(environment, name, ("http", "https")).rstrip("/") if environment.get(name) else None


def _database_url(environment: Mapping[str, str], name: str) -> str:
    """A ``postgresql://`` URL, which asyncpg and SQLAlchemy's asyncpg dialect are both made from."""
    return "postgresql" + _url(environment, name, POSTGRESQL).removeprefix(urlsplit(environment[name]).scheme)


def _positive_float(name: str, text: str) -> float:
    return _positive(name, text, float, "a number above 0")


def _positive_int(name: str, text: str) -> int:
    return int(_positive(name, text, int, "a whole number above 0"))


def _positive(name: str, text: str, convert: Callable[[str], float], expected: str) -> float:
    try:
        value = convert(text)
    except ValueError:
        value = 0
    if not 0 < value < float("inf"):
        raise SettingsError(f"{name}: expected {expected}, got {text!r}")
    return value


def _switches(name: str, text: str) -> frozenset[Switch]:
    if text.strip() == "all":
        return frozenset(Switch)
    names = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return frozenset(Switch(part) for part in names)
    except ValueError as error:
        raise SettingsError(f"{name}: expected all or some of {', '.join(Switch)}: {error}") from error


def _profile(name: str, text: str) -> Profile:
    try:
        return Profile(text.strip())
    except ValueError as error:
        raise SettingsError(f"{name}: expected {' or '.join(Profile)}, got {text!r}") from error


_PARSERS: dict[str, Callable[[str, str], Any]] = {
    str(float): _positive_float,
    str(int): _positive_int,
    str(frozenset[Switch]): _switches,
    str(Profile): _profile,
}
