"""Kill -9 under load; ``python -m tests.killing`` does it many more times."""

import pytest

from tests.collector.served import config_for
from tests.killing.ledger import Ledger, Lost, lost
from tests.killing.run import run


@pytest.mark.servers
def test_a_killed_collector_keeps_what_it_promised(tmp_path, target):
    tally = run(tmp_path, config_for(target), kills=3, seed=2)
    assert (tally.lost, tally.complaints) == ([], [])
    assert min(tally.acknowledged, tally.returned) > 100


def test_what_was_promised_and_is_gone_or_another_is_lost():
    ledger = Ledger()
    ledger.acknowledge([(("a", 1), "1"), (("a", 2), "2")])
    ledger.show([(("a", 2), "3"), (("b", 2), "4")])
    found = lost(ledger.promised(), {("a", 1): "1", ("b", 2): "5"})
    assert found == [Lost(("a", 2), "2", None), Lost(("b", 2), "4", "5")]
    assert (ledger.acknowledged, ledger.returned) == (2, 1)
    assert list(ledger.promised(2)) == [("a", 2), ("b", 2)]
