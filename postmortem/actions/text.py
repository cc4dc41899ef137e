"""What `postmortem actions` prints: how many items are open, and each of them in a line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from alerts.action_items import Horizon, Status
from postmortem.actions.api import Listed

_HEADS = {
    Horizon.SHORT: "short-term (within 1 week of the day that set the date)",
    Horizon.MID: "mid-term (1 to 4 weeks)",
    Horizon.LONG: "long-term (later)",
}
_SAID = {Status.OPEN: "said", Status.DONE: "shown", Status.DROPPED: "why"}


def listing(incident: str, items: Sequence[Listed], today: date) -> Iterator[str]:
    """Lines: the count first, then the items of each horizon. today: in the server's zone."""
    yield f"{incident}: {_count(items, today)}"
    for horizon in Horizon:
        mine = [item for item in items if item.horizon is horizon]
        if mine:
            yield f"{_HEADS[horizon]}:"
            yield from (f"  {_row(item, today)}" for item in mine)


def answer(incident: str, item: Listed) -> str:
    """How an item is now, after it was changed."""
    what = f"action item {item.number} is {item.status} (due {item.due}, {item.owner})"
    return f"{incident}: {what}: {item.text}{_details(item)}"


def _count(items: Sequence[Listed], today: date) -> str:
    """Dropped items are not among those that there are."""
    if not items:
        return "no action items yet"
    by_status = Counter(item.status for item in items)
    still, done, dropped = (by_status[status] for status in Status)
    left_out = f", {dropped} dropped" if dropped else ""
    if dropped == len(items):
        return f"no action items{left_out}"
    late = sum(_is_overdue(item, today) for item in items)
    overdue = f" ({late} overdue)" if late else ""
    return f"{still} of {still + done} action items open{overdue}, {done} done{left_out}"


def _row(item: Listed, today: date) -> str:
    state = "overdue" if _is_overdue(item, today) else item.status.value
    return f"{item.number:>3}  {state:<8} due {item.due}  {item.owner}: {item.text}{_details(item)}"


def _is_overdue(item: Listed, today: date) -> bool:
    return item.status is Status.OPEN and item.due < today


def _details(item: Listed) -> str:
    named = {
        "cause": item.cause,
        "proof": item.proof,
        "public": item.public,
        _SAID[item.status]: item.said,
    }
    told = "; ".join(f"{name}: {value}" for name, value in named.items() if value)
    return f" ({told})" if told else ""
