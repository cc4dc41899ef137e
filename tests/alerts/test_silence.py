import pytest

from alerts import silence
from alerts.silence import Silence
from collector.labels import Matcher, MatchOp


@pytest.mark.parametrize(("starts_in", "begins_in"), [(-600, 0), (0, 0), (60, 60)])
def test_silence_begins_when_it_is_made_at_the_earliest(world, starts_in, begins_in):
    """What was told before is not said to have been silenced."""
    at = world.clock.now()
    matchers = (Matcher("service", MatchOp.EQUAL, "product"),)
    asked = Silence("", matchers, at + starts_in, at + 3600, "kim", "known", at)
    made = world.app.database.change(lambda connection: silence.put(connection, asked, at))
    with world.app.database.read() as connection:
        assert silence.get(connection, made).starts_at == at + begins_in
