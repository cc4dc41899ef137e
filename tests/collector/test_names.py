import pytest

from collector.names import is_bare_label, is_bare_metric, unescaped


@pytest.mark.parametrize(
    ("name", "metric", "label"),
    [
        ("a_1", True, True),
        ("a:b", True, False),
        ("9a", False, False),
        ("a.b", False, False),
        ("", False, False),
    ],
)
def test_which_names_need_quotes(name, metric, label):
    assert (is_bare_metric(name), is_bare_label(name)) == (metric, label)


@pytest.mark.parametrize(
    ("escaped", "name"),
    [
        ("job", "job"),
        ("a.b", "a.b"),
        ("U__a_2e_b", "a.b"),
        ("U__a__b_2f_c", "a_b/c"),
        ("U___1F600_", "\U0001f600"),
        ("U___FFFFF_", "\U000fffff"),
        ("U___10FFFF_", "U___10FFFF_"),
        ("U__a_2e", "U__a_2e"),
        ("U__a_xy_b", "U__a_xy_b"),
        ("U__a_d800_", "U__a_d800_"),
        ("U__a_110000_", "U__a_110000_"),
        ("U__a_0000041_", "U__a_0000041_"),
        ("U__", ""),
    ],
)
def test_escaped_names_are_read_as_prometheus_reads_them(escaped, name):
    assert unescaped(escaped) == name
