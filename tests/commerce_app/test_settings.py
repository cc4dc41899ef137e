import re
from dataclasses import fields
from pathlib import Path

import pytest

from commerce_app.errors import SettingsError
from commerce_app.settings import Settings, read_settings
from commerce_app.switches import Switch

NEEDED = {
    "DATABASE_URL": "postgresql://shop@db/shop",
    "REPLICA_URL": "postgres://shop@replica:5433/shop",
    "REDIS_URL": "redis://cache:6379/0",
}


def test_the_three_urls_are_enough():
    settings = read_settings({**NEEDED, "PATH": "/bin"})
    assert settings.database_url == "postgresql://shop@db/shop"
    assert settings.replica_url == "postgresql://shop@replica:5433/shop"
    assert settings.switches == frozenset()
    assert settings.product_ttl_seconds == 3600


def test_everything_can_be_set():
    extra = {
        "ADMIN_TOKEN": "secret",
        "FIRELINE_URL": "http://127.0.0.1:9900/",
        "SHOP_PRODUCT_TTL_SECONDS": "30",
        "SHOP_REPLICA_POOL_SIZE": "5",
        "SHOP_SWITCHES": "local_tier, single_flight",
    }
    settings = read_settings({**NEEDED, **extra})
    assert settings.fireline_url == "http://127.0.0.1:9900"
    assert (settings.product_ttl_seconds, settings.replica_pool_size) == (30.0, 5)
    assert settings.switches == {Switch.LOCAL_TIER, Switch.SINGLE_FLIGHT}


def test_all_switches_at_once():
    assert read_settings({**NEEDED, "SHOP_SWITCHES": "all"}).switches == frozenset(Switch)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DATABASE_URL", "", "postgresql://HOST"),
        ("DATABASE_URL", "mysql://db/shop", "postgresql://HOST"),
        ("REDIS_URL", "cache:6379", "redis://HOST"),
        ("REDIS_URL", "redis://cache:many", "redis://HOST"),
        ("FIRELINE_URL", "127.0.0.1:9900", "http://HOST"),
        ("SHOP_PRODUCT_TTL_SECONDS", "1h", "a number above 0"),
        ("SHOP_PRODUCT_TTL_SECONDS", "inf", "a number above 0"),
        ("SHOP_PRODUCT_TTL_SECONDS", "nan", "a number above 0"),
        ("SHOP_REPLICA_POOL_SIZE", "0", "a whole number above 0"),
        ("SHOP_RATE_PROFILE", "banner", "normal or spike"),
        ("SHOP_SWITCHES", "turbo", "redis_fast_timeouts"),
        ("SHOP_PRODUKT_TTL", "1", "SHOP_PRODUCT_TTL_SECONDS"),
    ],
)
def test_a_mistake_names_the_variable_and_what_was_expected(name, value, expected):
    with pytest.raises(SettingsError, match=rf"^{name}: expected .*{expected}"):
        read_settings({**NEEDED, name: value})


def test_every_setting_and_switch_is_documented():
    text = (Path(__file__).parents[2] / "docs" / "shop.md").read_text()
    table = text.split("## Settings")[1].split("\n## ")[0]
    documented = set(re.findall(r"`([A-Z_]+)`", table))
    settings = [field.name.upper() for field in fields(Settings)]
    assert documented == set(settings[:5]) | {f"SHOP_{name}" for name in settings[5:]}
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) >= set(Switch)
