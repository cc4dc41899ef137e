from pathlib import Path

import pytest
import yaml

from alerts.errors import SpecError
from collector.config_http import Authorization, BasicAuth, HttpClientConfig, TlsConfig
from collector.config_remote import RemoteConfig
from collector.errors import ConfigError
from dashboards.config import load_config, server_url
from dashboards.specs import load_specs


def written(tmp_path, text):
    path = tmp_path / "fireline.yml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("langauge: ko", r"fireline\.yml: langauge: unknown key: did you mean language\?"),
        ("language: fr", r"fireline\.yml: language: expected one of en, ko, found 'fr'"),
        ("time_zone: Seoul", r"fireline\.yml: time_zone: expected a zone such as Asia/Seoul"),
        (
            "slo_files: [none/*.yml]",
            r"fireline\.yml: slo_files: expected files that exist, found none for 'none",
        ),
        ("slo_files: x.yml", r"fireline\.yml: slo_files: expected a list of texts"),
        ("slo_windows: none.yml", r"fireline\.yml: slo_windows: expected a file that exists"),
        ("slo_period: soon", r"fireline\.yml: slo_period: expected a duration"),
        ("signal_map: none.yml", r"fireline\.yml: signal_map: expected a file that exists"),
        ("policies: {mine: none.yml}", r"fireline\.yml: policies: expected a file that exists"),
        ("prometheus: localhost:9090", r"fireline\.yml: prometheus: expected a URL such as http://"),
        ("global: {scrape_interval: soon}", r"fireline\.yml: global\.scrape_interval: expected a duration"),
        ("scrape_configs: [{job_nam: a}]", r"fireline\.yml: scrape_configs\[0\]\.job_name: expected text"),
        ("remote_write_receiver: 1", r"fireline\.yml: remote_write_receiver: expected true or false"),
        (
            "{remote_write_receiver: true, prometheus: 'http://p'}",
            r"fireline\.yml: remote_write_receiver: expected false: http://p has the samples",
        ),
        ("slo_files: ['']", r"fireline\.yml: slo_files: expected files that exist, found none for ''"),
        ("guardrail_files: [/]", r"fireline\.yml: guardrail_files: expected files that exist"),
        (f"slo_files: [{'x' * 5000}]", r"fireline\.yml: slo_files: expected files that exist, .{,110}…$"),
        (f"signal_map: {'x' * 5000}", r"fireline\.yml: signal_map: expected a file that exists, .{,110}…$"),
        ("prometheus: 'http://[::1'", r"fireline\.yml: prometheus: expected a URL such as http://"),
        ("prometheus: {url: 'p:9090'}", r"fireline\.yml: prometheus\.url: expected a URL such as http://"),
        ("prometheus: {headers: {a: b}}", r"fireline\.yml: prometheus\.url: expected text"),
        (
            "prometheus: {url: 'http://p', header: {}}",
            r"prometheus\.header: unknown key: did you mean headers",
        ),
        (
            "prometheus: {url: 'http://p', headers: {'a b': c}}",
            r"prometheus\.headers\.a b: expected the name of an HTTP header",
        ),
        (
            'prometheus: {url: "http://p", headers: {a: "b\\r\\nc: d"}}',
            r"prometheus\.headers\.a: expected printable ASCII",
        ),
        (
            "prometheus: {url: 'http://p', headers: {Authorization: x}}",
            r"prometheus\.headers\.Authorization: expected a header that Fireline does not set",
        ),
        (
            "scrape_configs: [{job_name: a, body_size_limit: '²MB'}]",
            r"scrape_configs\[0\]\.body_size_limit: expected a size such as 10MB",
        ),
        (
            'scrape_configs: [{job_name: a, static_configs: [{targets: ["\\0"]}]}]',
            r"static_configs\[0\]\.targets: expected HOST:PORT",
        ),
        (
            'scrape_configs: [{job_name: a, metrics_path: "/a\\tb"}]',
            r"scrape_configs\[0\]\.metrics_path: expected a path such as /metrics",
        ),
        ("[1, 2]", r"fireline\.yml: expected a mapping of keys, found list"),
        ("a: [", r"fireline\.yml: expected YAML"),
        ("language: ko\nlanguage: en", r"fireline\.yml: .*line 2: the key 'language' is in line 1 already"),
        ("alerts: [slack]", r"fireline\.yml: alerts: expected a mapping, found list"),
    ],
)
def test_mistake_names_file_key_and_expectation(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message):
        load_config(written(tmp_path, text))


def test_mistake_in_alerts_names_its_key(tmp_path):
    with pytest.raises(SpecError, match=r"fireline\.yml: alerts\.notify: expected 'console', 'slack'"):
        load_config(written(tmp_path, "alerts: {notify: [pager]}"))


def test_empty_file_is_a_configuration(tmp_path):
    config = load_config(written(tmp_path, ""))
    assert (config.language, config.zone.key, config.slo_files, config.prometheus) == ("en", "UTC", (), None)


def test_remote_write_is_received_only_where_the_file_says_so(tmp_path):
    assert not load_config(written(tmp_path, "")).receives_remote_write
    assert load_config(written(tmp_path, "remote_write_receiver: true")).receives_remote_write


def test_messages_speak_as_pages_do_unless_told_otherwise(tmp_path):
    path = written(tmp_path, "{language: ko, time_zone: Asia/Seoul, alerts: {timezone: UTC}}")
    alerts = load_config(path, page_url="http://here:9600").alerts
    assert (alerts.language, alerts.timezone, alerts.base_url) == ("ko", "UTC", "http://here:9600")


SLOTH = """version: prometheus/v1
service: shop
slos:
  - name: web
    objective: 99.9
    sli: {events: {error_query: "sum(rate(bad[{{.window}}]))", total_query: "sum(rate(all[{{.window}}]))"}}
"""
WEEK = """apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 7d
  page: &tiers
    quick: {errorBudgetPercent: 8, shortWindow: 5m, longWindow: 1h}
    slow: {errorBudgetPercent: 12.5, shortWindow: 30m, longWindow: 6h}
  ticket: *tiers
"""


@pytest.mark.parametrize(
    ("keys", "days"),
    [
        ("", 30),
        ("slo_period: 28d", 28),
        ("slo_windows: windows/week.yml", 7),
        ("slo_period: 7d\nslo_windows: windows", 7),
    ],
)
def test_the_period_of_sloths_slos(tmp_path, keys, days):
    (tmp_path / "web.yml").write_text(SLOTH)
    (tmp_path / "windows").mkdir()
    (tmp_path / "windows" / "week.yml").write_text(WEEK)
    config = load_config(written(tmp_path, f"slo_files: [web.yml]\n{keys}"))
    assert [slo.period_seconds for slo in load_specs(config).slos] == [days * 86_400]


def test_a_period_without_windows_names_the_file_and_the_key(tmp_path):
    (tmp_path / "web.yml").write_text(SLOTH)
    config = load_config(written(tmp_path, "{slo_period: 7d, slo_files: [web.yml]}"))
    with pytest.raises(SpecError, match=r"fireline\.yml: slo_period: expected 28d or 30d, or slo_windows"):
        load_specs(config)


def test_patterns_are_relative_to_the_file(tmp_path):
    (tmp_path / "slos").mkdir()
    for name in ("b.yml", "a.yml"):
        (tmp_path / "slos" / name).write_text("")
    config = load_config(written(tmp_path, "slo_files: [slos/*.yml]"))
    assert [path.name for path in config.slo_files] == ["a.yml", "b.yml"]


def test_specs_hold_the_exclusions_and_know_those_that_apply_to_nothing(tmp_path):
    said = {"start": "2026-11-01T02:00:00Z", "duration": "1h", "author": "Kim", "reason": "agreed"}
    listed = [{"name": name, **said, "services": name} for name in ("demo", "typo")]
    (tmp_path / "out.yml").write_text(yaml.safe_dump({"version": 1, "exclusions": listed}))
    shop = Path("alerts/examples/shop.slo.yml").resolve()
    config = load_config(written(tmp_path, f"slo_files: [{shop}]\nexclusion_files: [out.yml]"))
    specs = load_specs(config)
    assert [one.name for one in specs.exclusions] == ["demo", "typo"]
    assert specs.idle_exclusions == ["demo", "typo"]


def test_command_line_wins_over_the_file(tmp_path):
    path = written(tmp_path, "prometheus: http://file:9090")
    assert load_config(path, prometheus="http://flag:9090/").prometheus == RemoteConfig("http://flag:9090")


def test_another_server_than_the_files_is_not_sent_its_credentials(tmp_path):
    path = written(tmp_path, "prometheus: {url: 'http://file', bearer_token: s, headers: {a: b}}")
    assert load_config(path, prometheus="http://flag").prometheus == RemoteConfig("http://flag")


def test_how_a_prometheus_is_reached(tmp_path):
    path = written(
        tmp_path,
        """
        prometheus:
          url: https://mimir/prometheus/
          basic_auth: {username: u, password_file: secret}
          tls_config: {ca_file: ca.pem}
          headers: {X-Scope-OrgID: shop}
        """,
    )
    assert load_config(path).prometheus == RemoteConfig(
        "https://mimir/prometheus",
        HttpClientConfig(
            basic_auth=BasicAuth("u", password_file=tmp_path / "secret"),
            tls=TlsConfig(ca_file=tmp_path / "ca.pem"),
        ),
        {"X-Scope-OrgID": "shop"},
    )
    path = written(tmp_path, "prometheus: {url: 'http://p', bearer_token: s}")
    assert load_config(path).prometheus.http.authorization == Authorization(credentials="s")


@pytest.mark.parametrize("text", ["ftp://a", "http://", "http://a:99999", "http://[", "a b"])
def test_server_url_refuses(text):
    with pytest.raises(ConfigError, match="--prometheus: expected a URL"):
        server_url(text, "--prometheus")


def test_a_refused_server_url_tells_no_secret():
    with pytest.raises(ConfigError, match=r"found 'ftp://host:9090/…'") as refused:
        server_url("ftp://me:hunter2@host:9090/services/hunter2", "--prometheus")
    assert "hunter2" not in str(refused.value)


def test_remote_write_beside_a_server_tells_no_password(tmp_path):
    path = written(tmp_path, "prometheus: http://me:hunter2@p:9\nremote_write_receiver: true")
    with pytest.raises(ConfigError, match="expected false: http://p:9 has the samples"):
        load_config(path)
