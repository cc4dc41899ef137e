import pytest

from collector.config import parse_config
from collector.errors import ConfigError
from collector.targets import discover, spread


def job(**keys):
    value = {"job_name": "shop", "static_configs": [{"targets": ["a:1", "b:2"], "labels": {"env": "prod"}}]}
    (config,) = parse_config({"scrape_configs": [{**value, **keys}]}, "f.yml").scrape_configs
    return config


def test_static_targets_get_job_and_instance():
    targets, dropped = discover(job())
    assert [str(target.labels) for target in targets] == [
        '{env="prod",instance="a:1",job="shop"}',
        '{env="prod",instance="b:2",job="shop"}',
    ]
    assert dropped == []


def test_relabelling_rewrites_and_drops_targets():
    targets, dropped = discover(
        job(
            relabel_configs=[
                {"source_labels": ["__address__"], "regex": "a:1", "action": "drop"},
                {"source_labels": ["__address__"], "target_label": "__param_target"},
                {"target_label": "__address__", "replacement": "probe:9115"},
                {"target_label": "__metrics_path__", "replacement": "/probe"},
            ],
            params={"module": ["http"]},
        )
    )
    assert [target.url for target in targets] == ["http://probe:9115/probe?module=http&target=b%3A2"]
    assert targets[0].labels["instance"] == "probe:9115"
    assert [target.discovered["__address__"] for target in dropped] == ["a:1"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.json", '[{"targets": ["c:3"], "labels": {"zone": "x"}}]'),
        ("t.yml", "- targets: [c:3]\n  labels: {zone: x}\n"),
    ],
)
def test_targets_are_read_from_files(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    targets, _ = discover(job(static_configs=[], file_sd_configs=[{"files": [str(tmp_path / name)]}]))
    assert targets[0].labels["zone"] == "x"


@pytest.mark.parametrize("text", ["{", "targets: []", '[{"target": ["a"]}]'])
def test_a_discovery_file_that_cannot_be_used_is_refused(tmp_path, text):
    (tmp_path / "t.yml").write_text(text)
    with pytest.raises(ConfigError, match=r"t\.yml"):
        discover(job(file_sd_configs=[{"files": [str(tmp_path / "t.yml")]}]))


def test_the_same_target_twice_is_one():
    targets, _ = discover(job(static_configs=[{"targets": ["a:1"]}, {"targets": ["a:1"]}]))
    assert len(targets) == 1


def test_targets_are_spread_over_the_interval_the_same_way_each_time():
    offsets = [spread(f"target {number}", 15.0) for number in range(1000)]
    assert offsets == [spread(f"target {number}", 15.0) for number in range(1000)]
    assert 6.5 < sum(offsets) / 1000 < 8.5
    assert 0 <= min(offsets) <= max(offsets) < 15


def timed(**labels):
    rules = [{"target_label": f"__scrape_{name}__", "replacement": value} for name, value in labels.items()]
    return discover(job(scrape_interval="1m", scrape_timeout="10s", relabel_configs=rules))


def test_relabelling_gives_a_target_its_own_interval_and_timeout():
    targets, _ = timed(interval="1m30s", timeout="20s")
    assert {(t.job.interval_seconds, t.job.timeout_seconds) for t in targets} == {(90.0, 20.0)}
    assert {t.discovered["__scrape_interval__"] for t in targets} == {"1m"}
    assert not targets[0].is_scraped_as(timed()[0][0])


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"interval": "5s"}, "__scrape_timeout__: expected at most __scrape_interval__ of 5s, found 10s"),
        ({"interval": "0s"}, "__scrape_interval__: expected a duration above 0"),
        ({"timeout": "soon"}, "__scrape_timeout__: expected a duration such as 30s or 5m, found 'soon'"),
        ({"timeout": ""}, "__scrape_timeout__: expected a duration"),
    ],
)
def test_a_target_whose_times_make_no_sense_is_not_scraped(labels, said):
    targets, dropped = timed(**labels)
    assert targets == []
    assert {target.error[: len(said)] for target in dropped} == {said}


def test_a_target_whose_labels_relabelling_makes_too_long_is_not_scraped():
    doubled = {"source_labels": ["env"], "target_label": "env", "replacement": "$1$1"}
    targets, dropped = discover(job(relabel_configs=[doubled] * 30))
    assert targets == []
    assert {target.error for target in dropped} == {"relabelling makes a text of more than 65536 characters"}
