import math
import struct
from itertools import islice

import pytest

from collector.labels import Labels
from collector.series import STALE_NAN
from collector.series_notation import expand, parse_metric, parse_values, split_metric

GAP = None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        (" 1  2\t3\n4 ", [1, 2, 3, 4]),
        ("1+1x5", [1, 2, 3, 4, 5, 6]),
        ("1-2x2", [1, -1, -3]),
        ("-1x4", [-1] * 5),
        ("1x0", [1]),
        ("1 +1x2", [1, 1, 1, 1]),
        ("_ _x3 7 _x0", [GAP, GAP, GAP, GAP, 7]),
        (".5 5. 1e3 1.5e1x1", [0.5, 5, 1000, 15, 15]),
        ("1+1.5e1x1", [1, 16]),
        ("0x10", [0] * 11),
        ("010 08 -010", [8, 8, -8]),
        ("inf -Inf +INF Inf+1x1", [math.inf, -math.inf, math.inf, math.inf, math.inf]),
    ],
)
def test_values_are_read(text, values):
    assert list(expand(parse_values(text))) == values


def test_stale_is_the_marker_and_nan_is_not():
    stale, nan = expand(parse_values("stale NaN"))
    assert struct.pack("<d", stale) == struct.pack("<d", STALE_NAN)
    assert struct.pack("<d", nan) != struct.pack("<d", STALE_NAN)


def test_steps_add_up_as_in_prometheus():
    assert list(expand(parse_values("0+0.1x3"))) == [0, 0.1, 0.2, 0.1 + 0.1 + 0.1]


def test_a_long_run_costs_nothing_until_it_is_read():
    assert list(islice(expand(parse_values("1x999999999999")), 2)) == [1, 1]


@pytest.mark.parametrize(
    "item",
    [
        *("Infx3", "NaNx5", "stalex3", "1e", "1x3+1", "1+1", "__", "_x3_", "1x-5", "1x1.5"),
        *("1_000", "#", "1+-1x3", "1X3", "0x1F", "a", "1,", "1+infx2", "--1", "+"),
    ],
)
def test_what_promtool_refuses_is_refused_by_name(item):
    with pytest.raises(ValueError, match="expected a number, a run such as") as failed:
        parse_values(f"1 {item} 2")
    assert repr(item) in str(failed.value)


def test_native_histograms_are_not_supported():
    with pytest.raises(ValueError, match=r"native histograms, \{\{…\}\}, are not supported"):
        parse_values("1 {{schema:0 count:1}}x5")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("", {}),
        ("{}", {}),
        ("up", {"__name__": "up"}),
        ("job:up:sum{}", {"__name__": "job:up:sum"}),
        (' up{job="shop", x = "1" ,} ', {"__name__": "up", "job": "shop", "x": "1"}),
        ("sum{by='it\"s'}", {"__name__": "sum", "by": 'it"s'}),
        ('{a="",b="}, c=\\"1\\""}', {"b": '}, c="1"'}),
        (r'a{x="\\\n\t\x41\u00e9\U0001F600\101"}', {"__name__": "a", "x": "\\\n\tAé😀A"}),
        (r"a{x=`\n`}", {"__name__": "a", "x": r"\n"}),
    ],
)
def test_a_series_is_read(text, labels):
    assert parse_metric(text) == Labels(labels)


def test_the_values_after_a_series_are_left_as_they_are():
    assert split_metric(' up{job="shop"}  1x2 _ ') == (Labels({"__name__": "up", "job": "shop"}), "1x2 _")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a{", "expected a series such as"),
        ('a{x=~"b"}', "expected a series such as"),
        ("a-b", "expected a series such as"),
        ('a{x="1",x="2"}', "expected each label once"),
        ("a 1", "found '1' after it"),
        (r'a{x="\q"}', r"expected an escape"),
        (r'a{x="\xzz"}', r"expected an escape"),
        (r'a{x="\UFFFFFFFF"}', r"expected an escape"),
    ],
)
def test_a_series_that_is_wrong_says_so(text, said):
    with pytest.raises(ValueError, match=said):
        parse_metric(text)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('{"my.metric","a.b"="c"}', {"__name__": "my.metric", "a.b": "c"}),
        ("{a='b', `my m`,}", {"__name__": "my m", "a": "b"}),
        ('x{"a\\"b"="c"}', {"__name__": "x", 'a"b': "c"}),
    ],
)
def test_names_may_stand_in_quotes(text, labels):
    assert split_metric(f"{text} 1") == (Labels(labels), "1")


@pytest.mark.parametrize("text", ['x{"y"}', '{"a","b"}', 'x{"a"="1",a="2"}', '{"a" "b"="c"}', '{"a"=b}'])
def test_names_in_quotes_that_are_wrong(text):
    with pytest.raises(ValueError, match="expected"):
        split_metric(text)
