"""Whether budgets allow a deploy: the worst of some SLOs decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerts.budget.account import Account
from alerts.budget.readings import Reading
from alerts.budget.status import BudgetReason, BudgetState
from alerts.budget.texts import say
from alerts.budget.words import BudgetWords
from alerts.charts.model import Language
from alerts.charts.quantities import format_percent


class Outcome(StrEnum):
    """From the best to the worst.

    A budget that is spent is known to be; what nobody knows stays below that, so that a pipeline which
    lets "no data" pass never lets a spent budget pass with it, and above what is only low.
    """

    OK = "ok"
    LOW = "low"
    NO_DATA = "no_data"
    SPENT = "spent"

    @property
    def exit_code(self) -> int:
        """2 is for mistakes."""
        return {Outcome.OK: 0, Outcome.LOW: 3, Outcome.SPENT: 4, Outcome.NO_DATA: 5}[self]


@dataclass(frozen=True)
class Verdict:
    """line: why, for people."""

    reading: Reading
    outcome: Outcome
    line: str


def verdict(reading: Reading, low: float, zone: ZoneInfo, language: Language = Language.EN) -> Verdict:
    """Of one SLO.

    low: the share of a budget (0–1) below which it is low. zone: of times in the line.
    """
    outcome = _outcome(reading.account, low)
    account = reading.account
    line = reading.failure if account is None else _line(BudgetWords(account, zone, language), outcome, low)
    return Verdict(reading, outcome, line)


def worst(verdicts: Iterable[Verdict]) -> Outcome:
    """What decides; no data without an SLO."""
    order: Sequence[Outcome] = list(Outcome)
    return max((one.outcome for one in verdicts), key=order.index, default=Outcome.NO_DATA)


def _outcome(account: Account | None, low: float) -> Outcome:
    if account is None or account.status.state is BudgetState.NO_DATA:
        return Outcome.NO_DATA
    status, remaining = account.status, account.status.budget_remaining
    if remaining is not None and remaining <= 0:
        return Outcome.SPENT
    if status.is_absent:  # though requests hang, too
        return Outcome.NO_DATA
    if remaining is None and status.reason is BudgetReason.BEGUN:
        return Outcome.OK  # nothing of it can be spent yet, and the series are there
    if remaining is None:  # idle for all of the period
        return Outcome.NO_DATA
    return Outcome.LOW if remaining < low else Outcome.OK


def _line(words: BudgetWords, outcome: Outcome, low: float) -> str:
    status, language = words.account.status, words.language
    if outcome is Outcome.NO_DATA:
        if status.state is BudgetState.OK and not status.is_absent:
            return say(language, "no_events")
        if status.budget_remaining is None:
            return words.reason()
        return say(language, "now", reason=words.reason(), left=words.left())
    if status.reason is BudgetReason.BEGUN:
        return words.reason()
    below = say(language, "below", low=format_percent(low)) if outcome is Outcome.LOW else ""
    runs_out = words.runs_out() or _burning(words)
    parts = (f"{words.left()}{below}", words.events(), words.minutes(), runs_out, words.excluded())
    return "; ".join(part for part in parts if part)


def _burning(words: BudgetWords) -> str:
    """A deploy on top of an incident is somebody's choice: it is told, and does not decide."""
    status = words.account.status
    if status.state is not BudgetState.BURNING:
        return ""
    return say(words.language, "burning") if status.reason is BudgetReason.TIER else words.reason()
