import pytest

from alerts.backtest.intervals import are_unsaid, configured_seconds, with_interval
from collector.remote import Forwarded
from collector.rules.files import parse_groups

RULES = [{"alert": "A", "expr": "x > 1"}]
SAID = {"name": "said", "interval": "1m", "rules": RULES}


class Engine:
    def __init__(self, body):
        self._body = body

    def forward(self, _method, _path, _pairs):
        return Forwarded(200, self._body, "application/json")


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"data":{"yaml":"global:\\n  evaluation_interval: 15s\\n"}}', 15.0),
        (b'{"data":{"yaml":"scrape_configs: []\\n"}}', None),
        (b'{"data":{"yaml":"global:\\n  evaluation_interval: soon\\n"}}', None),
        (b'{"data":{"yaml":""}}', None),
        (b'{"data":[]}', None),
        (b"unsupported path requested", None),
    ],
)
def test_an_engine_may_tell_its_interval(body, seconds):
    assert configured_seconds(Engine(body)) == seconds


def test_only_groups_that_do_not_say_theirs_have_another_interval():
    groups = parse_groups({"groups": [SAID, {"name": "unsaid", "rules": RULES}]})
    assert [group.interval_seconds for group in with_interval(groups, 15.0)] == [60.0, 15.0]
    assert (are_unsaid(groups), are_unsaid(groups[:1])) == (True, False)
