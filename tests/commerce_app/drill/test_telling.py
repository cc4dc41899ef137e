from dataclasses import replace

import pytest

from commerce_app.drill.judge import Finding
from commerce_app.drill.suite import Judged
from commerce_app.drill.telling import INVARIANTS, held, hurt

KEPT = Finding(INVARIANTS, "11 kept", "kept", agrees=True)
MISSING = Finding("own_order_missing (act)", "at least 0.2", "0.41", agrees=True)
LOST = Finding("order-availability", "lost: over 1.00% bad", "2.74% bad", agrees=True)


def unprotected(*findings):
    return [Judged("unprotected", findings)]


def test_objectives_that_were_lost_are_named():
    assert hurt(unprotected(LOST, MISSING, KEPT)).text == "lost as foretold: order-availability"


def test_where_no_objective_was_to_be_lost_the_figure_is_told():
    assert hurt(unprotected(MISSING, KEPT)).text == "hurt as foretold: own_order_missing (act) 0.41"


HELD = Finding("order-availability", "kept: at most 1.00% bad", "0.10% bad", agrees=True)


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([HELD, KEPT], (True, "every SLO held: order-availability")),
        ([replace(HELD, agrees=False), KEPT], (False, "not held")),
        # As where the books alone were looked at.
        ([KEPT], (False, "no SLO was judged")),
    ],
)
def test_only_objectives_that_were_judged_are_held(findings, told):
    said = held([Judged("protected", tuple(findings))])
    assert (said.agrees, said.text) == told
