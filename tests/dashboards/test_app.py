import threading

import pytest

from collector.clock import SystemClock
from collector.errors import StoreError
from dashboards.app import Fireline, warn_of_blind_tiers
from dashboards.config import load_config
from dashboards.specs import load_specs
from dashboards.starter import write_starter


@pytest.mark.parametrize(
    ("interval", "more", "warned"),
    [
        ("15s", "", False),
        ("60s", "", True),
        ("60s", "prometheus: http://127.0.0.1:9090\n", False),
    ],
    ids=["often", "seldom", "another-server"],
)
def test_tiers_that_our_scrapes_leave_blind_are_logged(tmp_path, caplog, interval, more, warned):
    write_starter(tmp_path, "en")
    path = tmp_path / "fireline.yml"
    path.write_text(path.read_text().replace("scrape_interval: 15s", f"scrape_interval: {interval}") + more)
    config = load_config(path)
    warn_of_blind_tiers(config, load_specs(config))
    assert [f"{path}: tiers that cannot fire" in record.message for record in caplog.records] == [
        True
    ] * warned


def test_a_start_that_fails_leaves_nothing_running(tmp_path, monkeypatch):
    write_starter(tmp_path, "en")
    config = load_config(tmp_path / "fireline.yml")
    before = set(threading.enumerate())
    fireline = Fireline(config, load_specs(config), tmp_path, SystemClock(), "http://here")

    def fail():
        raise StoreError("no room")

    monkeypatch.setattr(fireline._collector.scheduler, "start", fail)
    with pytest.raises(StoreError):
        fireline.start()
    assert set(threading.enumerate()) <= before
