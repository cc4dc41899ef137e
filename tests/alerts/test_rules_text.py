import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules_text import _ExactDumper, _written, rules_yaml
from collector import yaml_text

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x85"), max_size=40)


@given(st.lists(TEXTS, max_size=3))
def test_what_is_written_is_read_as_it_was(texts):
    rules = {"groups": [{"name": text, "labels": {"a": text}} for text in texts]}
    assert yaml.safe_load(rules_yaml(rules)) == rules


@pytest.mark.parametrize(
    "text",
    [
        "sum(a) > 1",
        "주문 오류",
        "on",
        "a: b # c",
        "  led",
        "two\nlines\n",
        "-",
        "{{ $value }}%",
        "'\"",
        "🔴 page",
        "1e3",
        "\x1b[31m",
    ],
)
def test_it_is_written_as_by_pyyaml(text):
    rules = {"groups": [{"name": text, "rules": [{"expr": text, "labels": {text[:20]: text}}]}]}
    assert rules_yaml(rules) == _written(rules, _ExactDumper)
    assert yaml_text.load(rules_yaml(rules)) == rules


def test_what_occurs_twice_is_repeated():
    labels = {"a": "b"}
    assert rules_yaml({"rules": [{"labels": labels}, {"labels": labels}]}).count("a: b") == 2
