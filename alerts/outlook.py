"""When budgets run out by the traffic that is usual at each hour, for messages; asks nothing of the store."""

from collections.abc import Callable, Iterable, Mapping

from alerts.budget.account import Account

FRESH_SECONDS = 300.0  # an older account is of what was, and a store that cannot be asked is likely ill too

Accounts = Callable[[], Iterable[Account]]
"""The latest accounts that somebody keeps anyway: a page does not wait for a query."""


def run_out_times(accounts: Iterable[Account], at: float) -> Mapping[tuple[str, str], float]:
    """Unix seconds by service and SLO, as ``Alert.subject`` has them.

    Left out is what does not run out within the forecast's reach, what was not looked at lately, and what
    has too little history for its hours to differ: the alert's own text says "at this pace" already.
    """
    return {
        (account.status.slo.service, account.status.slo.name): account.exhausted_at
        for account in accounts
        if account.forecast is not None
        and account.forecast.seasonal
        and account.exhausted_at is not None
        and account.exhausted_at > at
        and at - account.status.at <= FRESH_SECONDS
    }
