import threading

import pytest

from collector.clock import SystemClock
from collector.embedded import EmbeddedQuerier
from collector.errors import StoreError
from collector.labels import Labels
from collector.memory import MemoryStore
from dashboards.app import Fireline, warn_of_blind_tiers
from dashboards.config import load_config
from dashboards.specs import load_specs
from dashboards.starter import write_starter


@pytest.mark.parametrize(("interval", "warned"), [("15s", False), ("60s", True)])
def test_tiers_that_our_scrapes_leave_blind_are_logged(tmp_path, caplog, interval, warned):
    write_starter(tmp_path, "en")
    path = tmp_path / "fireline.yml"
    path.write_text(path.read_text().replace("scrape_interval: 15s", f"scrape_interval: {interval}"))
    config = load_config(path)
    warn_of_blind_tiers(config, load_specs(config))
    assert [f"{path}: tiers that cannot fire" in record.message for record in caplog.records] == [
        True
    ] * warned


@pytest.mark.parametrize(("seconds", "warned"), [(15, False), (60, True)])
def test_tiers_that_another_servers_scrapes_leave_blind_are_logged(tmp_path, caplog, seconds, warned):
    write_starter(tmp_path / "shop", "en")
    path = tmp_path / "shop" / "fireline.yml"
    path.write_text(path.read_text() + "prometheus: http://theirs\n")
    store, now = MemoryStore(), SystemClock().now()
    name = "http_server_request_duration_seconds_count"
    for n in range(-1800 // seconds, 1):
        store.append(Labels({"__name__": name, "job": "shop"}), round((now + n * seconds) * 1000), 1.0)
    config = load_config(path)
    warn_of_blind_tiers(config, load_specs(config), EmbeddedQuerier(store))
    expected = "want a scrape_interval of 30s or less for the series of requests-availability (1m)"
    assert [expected in record.message for record in caplog.records] == [True] * warned


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


def test_limits_of_queries_are_those_of_the_file(tmp_path):
    write_starter(tmp_path, "en")
    path = tmp_path / "fireline.yml"
    path.write_text(path.read_text() + "query: {timeout: 9s, max_concurrency: 3}\n")
    config = load_config(path)
    fireline = Fireline(config, load_specs(config), tmp_path, SystemClock(), "http://here")
    options = fireline._collector.options
    fireline._collector.stop()
    assert (options.limits.timeout_seconds, options.queries_at_once) == (9.0, 3)
    assert options.limits.max_samples == 50_000_000


def test_messages_have_the_accounts_of_the_last_look(tmp_path, calm):
    write_starter(tmp_path, "en")
    config = load_config(tmp_path / "fireline.yml")
    fireline = Fireline(config, load_specs(config), tmp_path, SystemClock(), "http://here")
    fireline._watcher._latest = calm
    (courier,) = fireline._alerts._couriers
    fireline._collector.stop()
    assert courier._briefing.accounts() == (calm.slos[0].account,)
