from pathlib import Path

import pytest
import yaml

from alerts.errors import SpecError
from alerts.signals import load_signals

SHOP = Path("alerts/examples/shop.signals.yml")

SIGNAL = {
    "name": "traffic",
    "title": {"en": "Traffic", "ko": "트래픽"},
    "role": "traffic",
    "service": "web",
    "unit": "per_second",
    "good": "none",
    "query": "sum(rate(hits_total[$window]))",
}


def content(**changes: object) -> dict:
    return {"version": 1, "services": {"web": {"depends_on": ["db"]}}, "signals": [{**SIGNAL, **changes}]}


def load(folder: Path, content: dict):
    path = folder / "signals.yml"
    path.write_text(yaml.safe_dump(content))
    return load_signals(path)


def test_reads_the_shop_and_writes_it_back(tmp_path):
    signals = load_signals(SHOP)
    assert load(tmp_path, signals.to_mapping()) == signals


def test_dependencies_reach_through_services():
    assert load_signals(SHOP).dependencies("order") == {
        "product", "coupon", "wallet", "primary", "redis", "replica",
    }  # fmt: skip


def test_services_may_depend_on_each_other(tmp_path):
    circle = {**content(), "services": {"web": {"depends_on": ["db"]}, "db": {"depends_on": ["web"]}}}
    assert load(tmp_path, circle).dependencies("web") == {"web", "db"}


def test_fills_in_the_window(tmp_path):
    (signal,) = load(tmp_path, content()).signals
    assert signal.over("5m") == "sum(rate(hits_total[5m]))"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"role": "speed"}, "signals.0.role: expected 'traffic', 'latency'"),
        ({"unit": "percent"}, "signals.0.unit: expected 'ratio'"),
        ({"good": "left"}, "signals.0.good: expected 'up'"),
        ({"name": "Traffic"}, "signals.0.name: expected text that matches ^"),
        ({"title": {"ko": "트래픽"}}, "signals.0.title: expected en, found none"),
        ({"service": "shop"}, "signals: traffic: service: expected one of web, found 'shop'"),
        ({"query": "sum("}, "signals: traffic: query: expected PromQL"),
        ({"colour": "red"}, "signals.0: unknown key 'colour'"),
    ],
)
def test_names_file_and_key_of_a_mistake(tmp_path, changes, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, content(**changes))
    assert str(error.value).startswith(f"{tmp_path / 'signals.yml'}: {expected}")


def test_a_name_is_used_once(tmp_path):
    with pytest.raises(SpecError, match="signals: traffic: expected a name used once"):
        load(tmp_path, {**content(), "signals": [SIGNAL, SIGNAL]})


def test_the_mark_of_what_injects_is_read_and_written_back(tmp_path):
    signals = load(tmp_path, content(injects=True))
    assert signals.signals[0].injects
    assert load(tmp_path, signals.to_mapping()) == signals
