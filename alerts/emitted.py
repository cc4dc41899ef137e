"""What was compiled, read once as Prometheus will: it refuses a whole file for one rule that is no PromQL."""

from typing import Any

from alerts.errors import SpecError
from collector.errors import ConfigError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.rules.files import parse_groups

# More than an engine of ours evaluates: rules repeat a query for both windows, and what they last answered.
_SIZE = QuerySize(max_length=2**20, max_operators=3_000, max_copies=20_000_000)


def refuse_unreadable(file: str, rules: dict[str, list[Any]]) -> None:
    """Before rules are written to a file of this name.

    Raises:
        SpecError: naming the group and the rule that cannot be read.
    """
    try:
        parse_groups(rules, file, check=lambda expr: parse(expr, size=_SIZE, experimental=True))
    except ConfigError as error:
        raise SpecError(f"{error}: what was compiled cannot be read; no file was written") from error
