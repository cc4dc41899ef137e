import pytest

from commerce_app.database.reads import Reads
from commerce_app.database.replay import Replay
from commerce_app.errors import LoadShedError
from commerce_app.metrics import Metrics
from commerce_app.switches import Switch, Switches


class NoServer:
    """Nobody reads from it in these tests."""

    def execution_options(self, **_options):
        return self


async def test_reads_turned_away_wait_as_long_as_it_has_lasted():
    times = iter([100.0, 103.5, 500.0])
    reads = Reads(
        NoServer(),
        NoServer(),
        lambda: Replay(reachable=False),
        Switches({Switch.LAG_AWARE_ROUTING}),
        Metrics(),
        lag_limit_seconds=1,
        primary_reads=0,
        now=lambda: next(times),
    )
    told = []
    for _ in range(3):
        with pytest.raises(LoadShedError, match="primary_reads") as shed:
            async with reads.connect():
                pass
        told.append(shed.value.retry_after_seconds)
    assert told == [1, 4, 1]
