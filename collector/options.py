"""What the command line says of a collector, beside its configuration."""

from dataclasses import dataclass, field

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


DEFAULTS = Options()
