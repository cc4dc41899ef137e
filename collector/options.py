"""What a collector is told once, when it is made: flags, and what no reload of the configuration changes."""

from dataclasses import dataclass, field

from collector.config_query import QueryConfig
from collector.promql.limits import Limits


@dataclass(frozen=True)
class Options:
    """limits: of each query. experimental: whether queries and rules may use experimental functions.

    queries_at_once: how many queries run at a time; others wait, and their waiting counts as time.
    receives_remote_write: anybody who reaches the port may then write samples.
    """

    limits: Limits = field(default_factory=Limits)
    experimental: bool = False
    queries_at_once: int = 2
    receives_remote_write: bool = False

    @classmethod
    def of(cls, query: QueryConfig, *, receives_remote_write: bool) -> "Options":
        """What the configuration says of queries, put in force."""
        limits = Limits(
            lookback_seconds=query.lookback_seconds,
            max_samples=query.max_samples,
            timeout_seconds=query.timeout_seconds,
        )
        return cls(limits, query.experimental, query.max_concurrency, receives_remote_write)

    @property
    def query(self) -> QueryConfig:
        """The values of the section ``query`` that are in force."""
        return QueryConfig(
            max_samples=self.limits.max_samples,
            timeout_seconds=self.limits.timeout_seconds,
            max_concurrency=self.queries_at_once,
            lookback_seconds=self.limits.lookback_seconds,
            experimental=self.experimental,
        )


DEFAULTS = Options()
