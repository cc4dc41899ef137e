"""What queries may cost and use: the section ``query``."""

from dataclasses import dataclass

from collector.settings import Section


@dataclass(frozen=True)
class QueryConfig:
    """max_samples: that a query may hold. max_concurrency: queries that run at once; others wait.

    timeout_seconds: that a query may take, with its waiting. lookback_seconds: how old the newest sample
    of a series may be. experimental: whether queries and rules may use experimental functions.
    """

    max_samples: int = 50_000_000
    timeout_seconds: float = 120.0
    max_concurrency: int = 2
    lookback_seconds: float = 300.0
    experimental: bool = False


DEFAULTS = QueryConfig()
MOST_SAMPLES = 10**11  # more than a terabyte
MOST_CONCURRENCY = 1024  # each is a thread


def parse_query(section: Section) -> QueryConfig:
    """Reads the section, named as the flags of ``fireline collector serve`` are.

    Raises:
        ConfigError: naming the key and what was expected.
    """
    config = QueryConfig(
        max_samples=section.positive_count("max_samples", DEFAULTS.max_samples, MOST_SAMPLES),
        timeout_seconds=section.positive_seconds("timeout", DEFAULTS.timeout_seconds),
        max_concurrency=section.positive_count("max_concurrency", DEFAULTS.max_concurrency, MOST_CONCURRENCY),
        lookback_seconds=section.positive_seconds("lookback_delta", DEFAULTS.lookback_seconds),
        experimental=section.flag("experimental", DEFAULTS.experimental),
    )
    section.finish()
    return config
