import pytest

from alerts.errors import SpecError
from alerts.signals import Estimate, Signal, SignalMap
from collector.errors import ConfigError
from collector.settings import Section
from dashboards.business import read_estimate, with_estimates


def section(**values):
    return Section(values, "fireline.yml", "business[0]")


def signal(name, unit):
    return Signal(name, {"en": name}, "business", "order", unit, "up", "sum(rate(x[$window]))")


MAP = SignalMap({"order": ()}, (signal("orders", "per_second"), signal("basket", "krw")))


@pytest.mark.parametrize(
    ("values", "estimate"),
    [
        ({}, Estimate("orders")),
        ({"worth_krw": 42000, "returning": 0.2}, Estimate("orders", (42_000, 42_000), (0.2, 0.2))),
        (
            {"worth_krw": "30000..45000", "returning": "0..0.4"},
            Estimate("orders", (30_000, 45_000), (0, 0.4)),
        ),
    ],
)
def test_a_rate_is_a_number_or_from_and_to(values, estimate):
    assert read_estimate(section(signal="orders", **values)) == estimate


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, r"fireline\.yml: business\[0\]\.signal: expected text, found nothing"),
        ({"worth": 1}, r"business\[0\]\.worth: unknown key: did you mean worth_krw\?"),
        ({"worth_krw": "much"}, r"business\[0\]\.worth_krw: expected an amount such as .*, found 'much'"),
        ({"worth_krw": [30000, 45000]}, r"expected an amount such as 42000, or 30000\.\.45000, found list"),
        ({"worth_krw": "5..4"}, r"worth_krw: expected an amount such as 42000, or 30000\.\.45000"),
        ({"worth_krw": "nan"}, r"worth_krw: expected an amount"),
        ({"worth_krw": "1..inf"}, r"worth_krw: expected an amount"),
        ({"returning": 1.2}, r"business\[0\]\.returning: expected a share such as 0\.2, or 0\.\.0\.4"),
        ({"returning": -0.1}, r"returning: expected a share"),
    ],
)
def test_a_mistake_names_the_key_and_what_is_expected(values, message):
    named = {} if not values else {"signal": "orders"}
    with pytest.raises(ConfigError, match=message):
        read_estimate(section(**named, **values))


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["basket"], r"business\[0\]\.signal: .* counted per_second \(orders\), found 'basket'"),
        (["orders", "order"], r"business\[1\]\.signal: expected a signal of the map"),
        (["orders", "orders"], r"business\[1\]\.signal: expected a signal named once, found 'orders' again"),
    ],
)
def test_only_counted_signals_of_the_map_are_estimated(names, message):
    with pytest.raises(SpecError, match=message):
        with_estimates(MAP, [Estimate(name) for name in names], "fireline.yml: business")


def test_the_api_tells_estimates_only_where_there_are_any():
    told = with_estimates(MAP, [Estimate("orders", (1, 2))], "").to_mapping()["estimates"]
    assert told == [
        {"signal": "orders", "worth_low": 1, "worth_high": 2, "returning_low": 0, "returning_high": 0}
    ]
    assert "estimates" not in MAP.to_mapping()
