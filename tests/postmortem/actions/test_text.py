from datetime import date

import pytest

from alerts.action_items import Horizon, Status
from postmortem.actions.api import Listed
from postmortem.actions.text import answer, listing

TODAY = date(2025, 9, 10)
ITEM = Listed(
    number=4,
    text="raise the limits",
    owner="kim",
    due=date(2025, 9, 8),
    horizon=Horizon.SHORT,
    status=Status.OPEN,
)


def item(**values):
    return ITEM.model_copy(update=values)


OPEN, LATE = item(due=date(2025, 9, 10)), ITEM
DONE, DROPPED = item(status=Status.DONE), item(status=Status.DROPPED)


@pytest.mark.parametrize(
    ("items", "count"),
    [
        ([], "no action items yet"),
        ([OPEN], "1 of 1 action items open, 0 done"),
        ([OPEN, LATE, DONE, DROPPED], "2 of 3 action items open (1 overdue), 1 done, 1 dropped"),
        ([DONE, DONE], "0 of 2 action items open, 2 done"),
        ([DROPPED, DROPPED], "no action items, 2 dropped"),
    ],
)
def test_the_count_is_of_open_items_and_leaves_dropped_ones_out(items, count):
    assert next(listing("2025-09-03-1", items, TODAY)) == f"2025-09-03-1: {count}"


def test_items_stand_under_their_horizon():
    lines = [*listing("ID", [item(horizon=Horizon.LONG), LATE], TODAY)]
    assert [line.split(" (")[0] for line in lines[1::2]] == ["short-term", "long-term"]
    assert lines[2] == lines[4] == "    4  overdue  due 2025-09-08  kim: raise the limits"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({}, "is open (due 2025-09-08, kim): raise the limits"),
        ({"cause": "cache.emptied", "proof": "case:seed"}, "limits (cause: cache.emptied; proof: case:seed)"),
        ({"status": Status.DONE, "said": "case seed: pages"}, "limits (shown: case seed: pages)"),
        ({"status": Status.DROPPED, "said": "it is sold"}, "limits (why: it is sold)"),
    ],
)
def test_an_answer_says_which_item_is_how(changed, text):
    said = answer("2025-09-03-1", item(**changed))
    assert said.startswith("2025-09-03-1: action item 4 is ")
    assert said.endswith(text)
