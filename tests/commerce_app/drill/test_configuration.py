"""The real ``fireline init`` and the drill's own files make one configuration that Fireline reads."""

from pathlib import Path

import pytest

import alerts
from collector.rules.files import load_rule_files
from commerce_app.drill.configuration import SLO_FILE, write_configuration
from commerce_app.drill.demo import REPORT_ZONE
from commerce_app.drill.scenario import load_scenario
from dashboards.config import load_config
from dashboards.specs import load_specs

SCENARIO = load_scenario("banner-spike")
EXAMPLES = Path(alerts.__file__).parent / "examples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("act")
    targets = {"shop": "127.0.0.1:1", "exporter": "127.0.0.1:2"}
    write_configuration(folder, SCENARIO, SCENARIO.acts["late"], targets, "ko")
    return folder


@pytest.mark.parametrize(
    ("written", "example"),
    [
        (SLO_FILE, "shop.slo.yml"),
        ("guardrails.yml", "shop.guardrails.yml"),
        ("signals.yml", "shop.signals.yml"),
    ],
)
def test_the_drill_runs_under_the_shipped_files(folder, written, example):
    assert (folder / written).read_bytes() == (EXAMPLES / example).read_bytes()


def test_nothing_scrapes_the_fault_proxies(folder):
    jobs = load_config(folder / "fireline.yml").collector.scrape_configs
    assert {job.job_name for job in jobs} == {"shop", "stack"}


def test_addresses_and_intervals_are_the_acts(folder):
    config = load_config(folder / "fireline.yml")
    jobs = {job.job_name: job for job in config.collector.scrape_configs}
    assert {name: job.static_configs[0].targets for name, job in jobs.items()} == {
        "shop": ("127.0.0.1:1",),
        "stack": ("127.0.0.1:2",),
    }
    assert jobs["shop"].interval_seconds == SCENARIO.measuring.scrape_seconds
    assert (config.language, config.alerts.shadow) == ("ko", True)


def test_the_threshold_alarm_is_there(folder):
    config = load_config(folder / "fireline.yml")
    (group,) = load_rule_files(config.collector.rule_files)
    assert [rule.alert for rule in group.rules] == [SCENARIO.alarm]


def test_whatever_a_guardrail_watches_joins_the_orders_incident(folder):
    specs = load_specs(load_config(folder / "fireline.yml"))
    assert {guardrail.service for guardrail in specs.guardrails} <= specs.signals.dependencies("order")


def test_reports_are_told_in_the_zone_of_the_configuration(folder):
    assert load_config(folder / "fireline.yml").zone.key == REPORT_ZONE
