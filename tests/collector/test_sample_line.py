import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.labels import Labels
from collector.sample_line import parse_series, split_series


@pytest.mark.parametrize("value", ["y" * 400_000, '\\"' * 200_000, "}," * 200_000])
def test_a_long_line_costs_a_few_times_its_size(value):
    line = f'a{{x="{value}"}} 1'
    tracemalloc.start()
    series, _ = split_series(line)
    labels = parse_series(series)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert labels["x"] == value.replace('\\"', '"')
    assert peak_bytes < 12 * len(line)


def test_labels_are_read_no_further_than_to_one_too_many():
    many = "a{" + ",".join(f'l{n}="1"' for n in range(60_000)) + ",?}"
    with pytest.raises(ValueError, match="at most 1000 labels"):
        parse_series(many)


def test_reading_many_labels_grows_with_their_number():
    many = "a{" + ",".join(f'l{n}="1"' for n in range(60_000)) + "}"
    assert len(parse_series(many, max_labels=100_000)) == 60_001


_VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True) | _VALUES


@given(st.dictionaries(_NAMES, _VALUES, max_size=4), _NAMES)
def test_any_name_and_value_survives_its_spelling(values, metric):
    labels = Labels({**values, "__name__": metric})
    assert parse_series(str(labels)) == dict(labels)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ('{"my.metric"}', {}),
        ('{"my.metric","a.b"="c"}', {"a.b": "c"}),
        ('{ a = "b" , "my.metric" , "c d" = "}" , }', {"a": "b", "c d": "}"}),
        ('{"my.metric","a\\"\\n"="c"}', {'a"\n': "c"}),
    ],
)
def test_names_in_quotes(text, labels):
    assert parse_series(text) == {"__name__": "my.metric", **labels}
    assert split_series(f"{text} 1") == (text, " 1")


@pytest.mark.parametrize(
    "text",
    ['{""}', '{""="a","m"}', '{"m"="a"}', '{"m","n"}', 'm{"n"}', 'm{"a"="1",a="2"}', 'm{"a"=b}', "{'m'}",
     'm{"a" "b"="c"}', '{"m","a"="b" "c"="d"}', '{"m"="a"="b"}'],
)  # fmt: skip
def test_series_that_are_none(text):
    with pytest.raises(ValueError, match=r"expected|twice"):
        parse_series(text)
