from pathlib import Path

import pytest

from collector.config import load_config, parse_config
from collector.errors import ConfigError

JOB = {"job_name": "shop", "static_configs": [{"targets": ["localhost:8000"]}]}


def with_job(**keys):
    return {"scrape_configs": [{**JOB, **keys}]}


def test_a_job_inherits_the_global_times():
    value = {"global": {"scrape_interval": "15s", "scrape_timeout": "5s"}, "scrape_configs": [JOB]}
    (job,) = parse_config(value, "f.yml").scrape_configs
    assert (job.interval_seconds, job.timeout_seconds) == (15.0, 5.0)


def test_a_short_interval_bounds_the_default_timeout():
    (job,) = parse_config(with_job(scrape_interval="1s"), "f.yml").scrape_configs
    assert job.timeout_seconds == 1.0


def test_everything_of_a_job_is_read():
    job = with_job(
        metrics_path="/m", scheme="https", params={"a": ["1", "2"]}, honor_labels=True,
        honor_timestamps=False, sample_limit=10, label_limit=5, body_size_limit="10MB",
        basic_auth={"username": "u", "password": "p"},
        tls_config={"ca_file": "ca.pem", "insecure_skip_verify": True},
        file_sd_configs=[{"files": ["targets/*.yml"], "refresh_interval": "1m"}],
        relabel_configs=[{"action": "keep", "source_labels": ["job"]}],
    )  # fmt: skip
    (read,) = parse_config(job, "f.yml", base_folder=Path("/etc")).scrape_configs
    assert read.params == {"a": ("1", "2")}
    assert read.body_size_limit_bytes == 10_000_000
    assert read.http.tls.ca_file == Path("/etc/ca.pem")
    assert read.file_sd_configs[0].files == ("/etc/targets/*.yml",)
    assert "p" not in repr(read.http.basic_auth).replace("password_file", "")


def test_alertmanagers_rule_files_and_storage_are_read():
    config = parse_config(
        {
            "rule_files": ["rules/*.yml"],
            "alerting": {
                "alertmanagers": [{"static_configs": [{"targets": ["am:9093"]}], "path_prefix": "/x"}]
            },
            "storage": {
                "tsdb": {"out_of_order_time_window": "30m", "retention": {"time": "30d", "size": "2GB"}}
            },
        },
        "f.yml",
        base_folder=Path("/etc"),
    )
    assert config.rule_files == ("/etc/rules/*.yml",)
    assert config.alertmanagers[0].targets == ("am:9093",)
    assert (config.out_of_order_seconds, config.retention_seconds) == (1800.0, 30 * 86400.0)
    assert config.retention_bytes == 2_000_000_000


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([], "f.yml: expected a mapping"),
        ({"scrape_config": []}, "scrape_config: unknown key: did you mean scrape_configs"),
        ({"remote_write": []}, "remote_write: is not supported by Fireline"),
        ({"global": {"scrape_interval": "fast"}}, r"global.scrape_interval: expected a duration"),
        (
            {"global": {"scrape_interval": "1s", "scrape_timeout": "5s"}},
            "global.scrape_timeout: expected above 0",
        ),
        (
            {"global": {"evaluation_interval": "0s"}},
            "global.evaluation_interval: expected a duration above 0",
        ),
        (
            {"storage": {"tsdb": {"retention": {"size": "big"}}}},
            "retention.size: expected a size",
        ),
        ({"storage": {"disk": {}}}, "storage.disk: unknown key"),
        ({"scrape_configs": [{}]}, r"scrape_configs\[0\].job_name: expected text"),
        ({"scrape_configs": [{"jobname": "a"}]}, r"job_name: expected text, found nothing: is jobname meant"),
        ({"scrape_configs": [JOB, JOB]}, "'shop' is used twice"),
        (with_job(kubernetes_sd_configs=[]), r"kubernetes_sd_configs: is not supported"),
        (with_job(scheme="ftp"), "scheme: expected one of http, https"),
        (with_job(sample_limit=-1), "sample_limit: expected a whole number"),
        (with_job(body_size_limit="big"), "body_size_limit: expected a size"),
        (with_job(body_size_limit="5"), "body_size_limit: expected a size such as 10MB, found '5'"),
        ({"slo_files": []}, "slo_files: a key of fireline.yml, which `fireline up` reads"),
        (with_job(honor_labels="yes"), "honor_labels: expected true or false"),
        (with_job(static_configs=[{"targets": ["http://x/y"]}]), "HOST:PORT without scheme"),
        (with_job(basic_auth={"username": "u"}, authorization={"credentials": "c"}), "found both"),
        (with_job(file_sd_configs=[{"files": ["x.txt"]}]), "end in .json"),
    ],
)
def test_what_cannot_be_used_is_refused_by_file_and_key(value, said):
    with pytest.raises(ConfigError, match=said):
        parse_config(value, "f.yml")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_samples_may_be_on_postgresql(scheme):
    config = parse_config({"storage": {"database": f"{scheme}://u:secret@h/d"}}, "f.yml")
    assert config.database.render_as_string(hide_password=False) == "postgresql+psycopg://u:secret@h/d"
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    "value",
    [
        "mysql://u:secret@h/d",
        "postgres://u:secret@h/d",
        "postgresql://u:secret@h:port/d",
        "secret",
        5,
        "",
        {"url": "postgresql://u:secret@h/d"},
        ["postgresql://u:secret@h/d"],
    ],
)
def test_any_other_database_is_refused_without_repeating_it(value):
    with pytest.raises(ConfigError) as told:
        parse_config({"storage": {"database": value}}, "f.yml")
    expected = "f.yml: storage.database: expected a database URL such as postgresql://user@host/name"
    assert str(told.value).startswith(expected)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("global: {}\nscrape_configs: []\nglobal: {}\n", "line 3: the key 'global' is in line 1 already"),
        (
            "scrape_configs:\n- job_name: a\n  job_name: b\n",
            "line 3: the key 'job_name' is in line 2 already",
        ),
        ("global: " + "[" * 100_000, "line 1: expected at most 100 levels of nesting"),
    ],
)
def test_a_key_given_twice_and_deep_nesting_are_one_line(tmp_path, text, said):
    (tmp_path / "p.yml").write_text(text)
    with pytest.raises(ConfigError, match=rf"p\.yml: expected YAML: {said}$"):
        load_config(tmp_path / "p.yml")


def test_a_file_that_is_missing_or_no_yaml_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "none.yml")
    (tmp_path / "bad.yml").write_text("a: [\n")
    with pytest.raises(ConfigError, match="expected YAML") as refused:
        load_config(tmp_path / "bad.yml")
    assert "\n" not in str(refused.value)
