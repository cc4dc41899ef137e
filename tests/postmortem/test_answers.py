"""How often what a report asks about is scraped: the seed's shop every 15 s."""

import pytest

from postmortem.answers import probe_interval
from tests.postmortem.conftest import STEP, TEN


@pytest.mark.parametrize("counters", [(), ("shop_orders_total",), ("nothing_total",), ("orders{",)])
def test_targets_tell_the_interval_where_counters_do_not(seed_querier, counters):
    assert probe_interval(seed_querier, TEN, TEN + 600, counters) == STEP
