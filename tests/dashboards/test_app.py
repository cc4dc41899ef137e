import pytest

from dashboards.app import warn_of_blind_tiers
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
