"""Every key of fireline.yml is in docs/configuration.md, and every key there exists."""

import inspect
import re
from operator import attrgetter
from pathlib import Path

import pytest
from pydantic import BaseModel

from alerts.budget.status import BudgetReason, BudgetState
from alerts.config import AlertsConfig
from collector.durations import parse_duration
from collector.settings import Section
from dashboards.config import load_config
from dashboards.export_cli import export
from dashboards.init_cli import init
from dashboards.up_cli import up

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
RELABEL = "[{source_labels: [a], target_label: b}]"
EVERYTHING = f"""
global: {{}}
storage: {{tsdb: {{retention: {{}}}}}}
query: {{}}
business: [{{signal: orders_placed}}]
scrape_configs:
  - job_name: basic
    basic_auth: {{username: u}}
    static_configs: [{{targets: ["a:1"]}}]
    file_sd_configs: [{{files: [a.yml]}}]
    relabel_configs: {RELABEL}
    metric_relabel_configs: {RELABEL}
  - {{job_name: authorized, authorization: {{}}}}
  - {{job_name: bearing, bearer_token: t}}
alerting:
  alert_relabel_configs: {RELABEL}
  alertmanagers:
    - {{basic_auth: {{username: u}}, static_configs: [{{targets: ["a:1"]}}]}}
    - {{authorization: {{}}}}
    - {{bearer_token: t}}
"""
SHARED = {
    r"(scrape_configs|alerting\.alertmanagers)(?=\[\]\.(basic_auth|authorization|bearer|follow|tls))": "…",
    r"\S*relabel_configs\[\]": "…relabel_configs[]",
}


def spelled(key):
    """The key as the document writes it: what several sections share stands there once."""
    key = re.sub(r"\[\d+\]", "[]", key)
    for pattern, words in SHARED.items():
        key = re.sub(pattern, words, key)
    return key


@pytest.fixture
def read_keys(monkeypatch, tmp_path):
    """Keys that the parsers ask for, noted while they read a file in which every section occurs."""
    asked, raw = set(), Section.raw

    def noting(section, key):
        asked.add(spelled(f"{section.path}.{key}" if section.path else key))
        return raw(section, key)

    monkeypatch.setattr(Section, "raw", noting)
    path = tmp_path / "fireline.yml"
    path.write_text(EVERYTHING)
    load_config(path)
    return asked


def model_keys(model, path):
    for name, field in model.model_fields.items():
        yield f"{path}.{name}"
        if inspect.isclass(field.annotation) and issubclass(field.annotation, BaseModel):
            yield from model_keys(field.annotation, f"{path}.{name}")


def test_every_key_is_documented_and_every_documented_key_exists(read_keys):
    documented = re.findall(r"^\| `([^`]+)` \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == read_keys | set(model_keys(AlertsConfig, "alerts"))


def test_defaults_of_alerts_are_those_of_a_file_without_them(tmp_path):
    path = tmp_path / "fireline.yml"
    path.write_text("language: ko\ntime_zone: Asia/Seoul\n")
    alerts = load_config(path, page_url="http://served").alerts
    from_above = {"language": "ko", "time_zone": "Asia/Seoul", "the address served on": "http://served"}
    from_above |= {"–": "", "`incidents.db` in `--data`": "", "`[console]`": ("console",)}
    rows = re.findall(
        r"^\| `alerts\.([^`]+)` \| (.+?) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE
    )
    for key, default in rows:
        value = attrgetter(key)(alerts)
        if isinstance(value, BaseModel):
            continue
        plain = default.strip("`")
        if key.startswith("timing.") or key == "actions.due_soon":
            assert parse_duration(plain) == value, key
        else:
            assert from_above.get(default, from_above.get(plain, plain)) == spelled_value(value), key
    assert len(rows) > 20


def spelled_value(value):
    return str(value).lower() if isinstance(value, bool) else value


def test_a_state_of_an_objective_is_documented_with_its_reason():
    text = (DOCUMENT.parent / "dashboards.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|`]+) \|", text, re.MULTILINE)
    assert {state for state, _ in rows} == {*BudgetState}
    assert {reason for _, reason in rows} == {*BudgetReason}


def test_every_flag_of_our_commands_is_documented():
    text = (DOCUMENT.parent / "dashboards.md").read_text(encoding="utf-8")
    params = [param for command in (init, up, export) for param in command.params]
    flags = {flag for param in params for flag in param.opts if flag.startswith("--")}
    assert {flag for flag in flags if flag not in text} == set()
