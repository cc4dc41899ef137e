import math
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.errors import QueryError
from collector.promql.formatting import format_value
from collector.promql.functions.dates import date_part


def answers(querier, query, at=0):
    return {str(s.labels): s.value for s in querier.instant(query, at)}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("vector(1)", {"{}": 1}),
        ("round(x, 5)", {'{a="b"}': 5}),
        ("clamp(x, 5, 1)", {}),
        ("clamp_min(x, 10)", {'{a="b"}': 10}),
        ("clamp_min(x / 0, NaN)", {'{a="b"}': math.inf}),
        ("1 / clamp_min(x * -0, 0)", {'{a="b"}': math.inf}),
        ("sgn(-x)", {'{a="b"}': -1}),
        ("1 / sgn(x * -0)", {'{a="b"}': -math.inf}),
        ("scalar(x)", {"{}": 4}),
        ("scalar(nothing)", {"{}": pytest.approx(math.nan, nan_ok=True)}),
        ("timestamp(x)", {'{a="b"}': 0}),
        ('absent(up{job="j",i=~".+"})', {'{job="j"}': 1}),
        ("absent(x)", {}),
        ('label_replace(x, "c", "${1}-$0-$$", "a", "(.).*")', {'x{a="b",c="b-b-$"}': 4}),
        ('label_replace(x, "c", "$2", "a", "(b)")', {'x{a="b"}': 4}),
        ('label_replace(x, "c", "$01", "a", "(b)")', {'x{a="b"}': 4}),
        ('label_join(x, "c", "/", "a", "a")', {'x{a="b",c="b/b"}': 4}),
        ("last_over_time(x[5m])", {'x{a="b"}': 4}),
    ],
)
def test_function(loaded, query, wanted):
    assert answers(loaded('load 1m\n x{a="b"} 4'), query) == wanted


@settings(deadline=None, derandomize=True)
@given(st.integers(-62_000_000_000, 250_000_000_000))
def test_dates_agree_with_the_calendar(seconds):
    moment = datetime.fromtimestamp(seconds, UTC)
    wanted = {
        "year": moment.year,
        "month": moment.month,
        "day_of_month": moment.day,
        "day_of_week": moment.isoweekday() % 7,
        "day_of_year": moment.timetuple().tm_yday,
        "hour": moment.hour,
        "minute": moment.minute,
    }
    assert {name: float(date_part(name, float(seconds))) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (0.5, "0.5"),
        (1e21, "1" + "0" * 21),
        (1e-7, "0.0000001"),
        (math.inf, "+Inf"),
        (math.nan, "NaN"),
    ],
)
def test_numbers_in_labels_have_no_exponent(number, text):
    assert format_value(number) == text


def test_native_histogram_functions_say_that_they_are_not_supported(loaded):
    with pytest.raises(QueryError, match="native histograms are not supported"):
        loaded("load 1m\n x 1").instant("histogram_sum(x)", 0)


@pytest.mark.parametrize(
    "query",
    ['label_replace(x, "a-b", "", "a", "")', 'label_replace(x, "c", "", "a", "(")', 'label_join(x, "", "")'],
)
def test_bad_labels_are_errors(loaded, query):
    with pytest.raises(QueryError, match="invalid"):
        loaded('load 1m\n x{a="b"} 4').instant(query, 0)


def test_sort_orders_an_instant_query_with_nan_last(loaded):
    querier = loaded('load 1m\n x{i="1"} NaN\n x{i="2"} 2\n x{i="3"} 3')
    assert [s.labels.get("i") for s in querier.instant("sort(x)", 0)] == ["2", "3", "1"]
    assert [s.labels.get("i") for s in querier.instant("sort_desc(x)", 0)] == ["3", "2", "1"]


def test_rate_of_what_is_no_counter_by_name_gives_an_info(loaded):
    querier = loaded("load 1m\n x 1 2\n x_total 1 2")
    assert querier.evaluate("rate(x_total[5m])", 60).infos == ()
    (info,) = querier.evaluate("rate(x[5m])", 60).infos
    assert info.startswith("PromQL info: metric might not be a counter")


@pytest.mark.parametrize(
    "query",
    [
        'label_replace(x, "c", "$1$1$1", "a", "(.*)")',
        'label_replace(x, "c", "${1}' + "y" * 40_000 + '", "a", "(.*)")',
        'label_join(x, "c", ",", "a", "a")',
    ],
)
def test_label_values_that_a_query_makes_are_bounded(loaded, query):
    querier = loaded('load 1m\n x{a="' + "b" * 32_768 + '"} 4')
    with pytest.raises(QueryError, match="label value is too long") as refused:
        querier.instant(query, 0)
    assert refused.value.kind == "execution"


def test_a_label_value_of_64_kib_can_be_made(loaded):
    querier = loaded('load 1m\n x{a="' + "b" * 32_768 + '"} 4')
    for query in ('label_replace(x, "c", "$1$1", "a", "(.*)")', 'label_join(x, "c", "", "a", "a")'):
        (sample,) = querier.instant(query, 0)
        assert sample.labels["c"] == "b" * 65_536


def test_a_reference_to_no_group_is_empty_however_many_digits_it_has(loaded):
    query = f'label_replace(x, "c", "${"9" * 5000}", "a", "(.*)")'
    assert answers(loaded('load 1m\n x{a="b"} 4'), query) == {'x{a="b"}': 4}


def test_smoothing_factors_matter_only_where_there_is_something_to_smooth(loaded):
    querier = loaded("load 1m\n x 1 2 3", experimental=True)
    assert querier.instant("double_exponential_smoothing(nothing[5m], 2, 0.5)", 120) == []
    (smoothed,) = querier.instant("double_exponential_smoothing(x[5m], NaN, 0.5)", 120)
    assert math.isnan(smoothed.value)
    with pytest.raises(QueryError, match="invalid trend factor"):
        querier.instant("double_exponential_smoothing(x[5m], 0.5, 1)", 120)


def test_labels_are_sorted_by_the_numbers_within_them_however_long(loaded):
    nodes = ["1" * 5000, "a", "10", "9", "01", "1", "0"]
    querier = loaded("load 1m\n" + "\n".join(f' x{{n="{n}"}} 1' for n in nodes), experimental=True)
    found = [s.labels["n"] for s in querier.instant('sort_by_label(x, "n", "n")', 0)]
    assert found == ["0", "01", "1", "9", "10", "1" * 5000, "a"]
