import json

import httpx
import pytest

from commerce_app.drill.controls import DRILL, Controls
from commerce_app.drill.errors import CommandError


@pytest.fixture
def asked():
    return []


@pytest.fixture
def controls(asked):
    def answer(request):
        asked.append(json.loads(request.content))
        return httpx.Response(200 if "local_tier" in asked[-1] else 422, text="expected a switch")

    return Controls("http://shop", "secret", httpx.Client(transport=httpx.MockTransport(answer)))


def test_a_runbook_flips_in_its_name_and_a_drill_in_its_own(controls, asked):
    controls.switch({"local_tier": True}, "mitigation")
    controls.switch({"local_tier": False}, "state", DRILL)
    assert asked == [
        {"local_tier": True, "author": "runbook", "reason": "mitigation"},
        {"local_tier": False, "author": "drill", "reason": "state"},
    ]


def test_what_the_shop_refuses_is_said(controls):
    with pytest.raises(CommandError, match="PUT http://shop/admin/switches: 422 expected a switch"):
        controls.switch({"turbo": True}, "why not")
