import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from alerts.config import AlertsConfig, parse_config
from alerts.errors import SpecError


def test_nothing_said_is_the_console_in_english():
    config = parse_config(None)
    assert (config.notify, config.language, config.timezone, config.shadow) == (
        ("console",),
        "en",
        "UTC",
        False,
    )


def test_durations_are_prometheus():
    timing = parse_config({"timing": {"calm": "1m30s", "reopen": 5}}).timing
    assert (timing.of_incidents.calm_seconds, timing.of_incidents.reopen_seconds) == (90.0, 5.0)


def test_config_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        parse_config({}).language = "ko"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            {"notfy": "slack"},
            "alerts.notfy: unknown key, expected one of actions, base_url, database, ",
        ),
        ({"timing": {"clam": "1m"}}, "alerts.timing.clam: unknown key, expected one of calm, give_up_after"),
        (
            {"timing": {"calm": "soon"}},
            "alerts.timing.calm: expected a duration such as 30s or 5m, found 'soon'",
        ),
        ({"timing": {"calm": -1}}, "alerts.timing.calm: expected a duration such as 30s or 5m"),
        (
            {"timezone": "Seoul"},
            "alerts.timezone: expected a time zone such as Asia/Seoul",
        ),
        ({"language": "de"}, "alerts.language: expected 'en' or 'ko'"),
        ({"notify": ["pager"]}, "alerts.notify: expected 'console', 'slack' or 'webhook'"),
        ({"notify": "slack"}, "alerts.slack.channel: expected a value, because alerts.notify names slack"),
        ({"notify": "webhook"}, "alerts.webhook.url: expected a value, because alerts.notify names webhook"),
        ({"timing": {"calm": float("inf")}}, "alerts.timing.calm: expected a duration such as 30s or 5m"),
        ({"timing": {"calm": float("nan")}}, "alerts.timing.calm: expected a duration such as 30s or 5m"),
        ({"timing": {"calm": 10**400}}, "alerts.timing.calm: expected a duration such as 30s or 5m"),
        ({"timing": {"calm": "999y"}}, "alerts.timing.calm: expected a duration of at most 10y"),
        ({"timing": {"calm": ["1m"]}}, "alerts.timing.calm: expected a duration such as 30s or 5m"),
        ({"webhook": {"url": "hook"}}, "alerts.webhook.url: expected a URL such as http://"),
        ({"webhook": {"url": "http://[::1"}}, "alerts.webhook.url: expected a URL such as http://"),
        ({"webhook": {"url": ["http://a"]}}, "alerts.webhook.url: expected text, found a list"),
        ({"slack": {"base_url": "http://[::1"}}, "alerts.slack.base_url: expected a URL such as http://"),
        ({"slack": {"token_env": "\ud800"}}, "alerts.slack.token_env: expected the name of an environment"),
        ({"base_url": "http://a:99999"}, "alerts.base_url: expected a URL such as http://"),
        ({"database": "http://a"}, "alerts.database: expected a database URL such as"),
        ({"database": "::"}, "alerts.database: expected a database URL such as postgresql://user@host/name"),
        ({"shadow": "maybe"}, "alerts.shadow: expected true or false, found 'maybe'"),
        (["console"], "alerts: expected a mapping"),
    ],
)
def test_mistake_is_one_line_with_file_key_and_expectation(raw, said):
    with pytest.raises(SpecError) as caught:
        parse_config(raw, "fireline.yml")
    assert str(caught.value).startswith(f"fireline.yml: {said}")
    assert "\n" not in str(caught.value)


def keys(section, prefix=""):
    for name, field in section.model_fields.items():
        nested = isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
        yield from keys(field.annotation, f"{prefix}{name}.") if nested else [f"{prefix}{name}"]


def test_every_setting_is_documented_and_every_documented_one_exists():
    text = (Path(__file__).parents[2] / "docs" / "incidents.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([a-z_.]+)` \|", text.partition("## Settings")[2], re.MULTILINE)
    assert documented == list(keys(AlertsConfig))
