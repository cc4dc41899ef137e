import json
import math
import re

import pytest
from pydantic import ValidationError

from alerts.action_items import Horizon, items_of
from postmortem.records import Event, SloRecord


def event(**changes):
    return Event.model_validate({"id": 1, "at": 1756861200.0, "kind": "note", "text": "x", **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": 10**30}, "Input should be less than or equal to"),
        ({"attributes": {"action": 10**30}}, "expected JSON that can be written again"),
        ({"at": 5e10}, "Input should be less than or equal to 32503680000"),
    ],
)
def test_an_event_that_no_file_can_hold_is_refused(changes, said):
    with pytest.raises(ValidationError, match=said):
        event(**changes)


def test_half_a_character_is_replaced():
    read = event(**json.loads('{"text": "a\\ud800b", "attributes": {"\\udc00": ["\\ud800"]}}'))
    assert (read.text, read.attributes) == ("a\ufffdb", {"\ufffd": ["\ufffd"]})


def test_attributes_are_as_an_archive_holds_them():
    assert event(attributes={"a": math.nan, "b": [1, {"c": True}]}).attributes == {
        "a": None,
        "b": [1, {"c": True}],
    }


@pytest.mark.parametrize("horizon", [["x"], {}, "soon", None])
def test_a_horizon_that_is_none_follows_from_the_date(horizon):
    said = {"action": 1, "change": "added", "due": "2025-09-10", "horizon": horizon}
    (item,) = items_of([event(kind="action", attributes=said)])
    assert item.horizon is Horizon.SHORT


SLO_OF_SERVER = {
    "name": "checkout", "service": "shop", "kind": "ratio", "objective": 0.99, "window": "30d",
    "queries": {"bad": "b", "total": "t"},
}  # fmt: skip
WINDOW = {"name": "move", "author": "kim", "reason": "agreed", "seconds": 7200.0, "active": False}
STATUS = {"at": 1000.0, "budget_remaining": 0.5, "excluded": {"seconds": 7200.0, "windows": [WINDOW]}}


def test_what_a_server_leaves_out_of_a_budget_is_kept():
    slo = SloRecord.model_validate({**SLO_OF_SERVER, "status": STATUS})
    assert [(one.name, one.reason) for one in slo.excluded] == [("move", "agreed")]
    assert (slo.account_left, slo.account_at) == (0.5, 1000.0)
    assert SloRecord.model_validate(slo.model_dump(mode="json")) == slo


@pytest.mark.parametrize("status", [None, {**STATUS, "excluded": None}])
def test_a_server_that_leaves_nothing_out_has_no_other_account(status):
    slo = SloRecord.model_validate({**SLO_OF_SERVER, "status": status})
    assert (slo.excluded, slo.account_left, slo.account_at) == ((), None, None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"window": "0s"}, "period_seconds: expected more than 0, at most 316224000, found 0"),
        ({"window": "-1h"}, "window: not a duration: '-1h'"),
        ({"period_seconds": 1e300}, "period_seconds: expected"),
        ({"period_seconds": float("nan")}, "period_seconds: expected"),
        ({"slice_seconds": 1e300}, "slice_seconds: expected"),
    ],
)
def test_an_objective_over_no_time_is_named(changes, said):
    name = SLO_OF_SERVER["name"]
    with pytest.raises(ValidationError, match=re.escape(f"Value error, {name}.{said}")):
        SloRecord.model_validate({**SLO_OF_SERVER, **changes})
