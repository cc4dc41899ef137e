import pytest
import yaml

from collector.yaml_text import (
    NestedTooDeeplyError,
    NoTextError,
    RepeatedKeyError,
    load,
    load_all,
    load_as_written,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' is in line 1 already"),
        ("list:\n- {b: 1, 'b': 1}\n", "line 2: the key 'b' is in line 2 already"),
        ("a: {x: 1}\n---\na:\n  x: 1\n  x: 2\n", "line 5: the key 'x' is in line 4 already"),
    ],
)
def test_key_given_twice_is_named_with_its_lines(text, said):
    with pytest.raises(RepeatedKeyError, match=said):
        load_all(text)


def test_merges_are_no_repetitions():
    text = "a: &a {x: 1, y: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: *b, y: 3, z: 4}\n1: one\n'1': text\n"
    assert load(text) == yaml.safe_load(text)
    assert load(text)["c"] == {"x": 2, "y": 3, "z": 4}


def test_only_plain_values_are_made():
    with pytest.raises(yaml.YAMLError):
        load("!!python/object/apply:os.getcwd []")


@pytest.mark.parametrize(
    "text", ["a: 1\nb: " + "[" * 100_000, "a: 1\nb: " + "{x: " * 100_000], ids=["lists", "maps"]
)
def test_deep_nesting_is_refused_with_its_line(text):
    with pytest.raises(NestedTooDeeplyError, match="line 2: expected at most 100 levels of nesting"):
        load(text)


def test_half_of_a_character_is_refused_with_its_line():
    with pytest.raises(NoTextError, match="line 2: expected Unicode"):
        load('a: 1\nb: ["\\ud800"]\n')


@pytest.mark.parametrize("text", ["a: 2025-05-45", "a: " + "1" * 5_000])
def test_values_that_cannot_be_made_are_no_yaml(text):
    with pytest.raises(yaml.YAMLError):
        load(text)


def test_scalars_can_stay_as_they_are_written():
    text = "a: [0x10, 1_000, 010, true, 2020-01-01, '5', .nan]\nb: ~\nc:\n"
    written = ["0x10", "1_000", "010", "true", "2020-01-01", "5", ".nan"]
    assert load_as_written(text) == {"a": written, "b": None, "c": None}


def test_keys_are_given_once_in_what_is_as_written_too():
    with pytest.raises(RepeatedKeyError, match="the key 'a' is in line 1 already"):
        load_as_written("a: 1\na: 2\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n  password: hunter2: x\n", "line 2, column 20: mapping values are not allowed here"),
        ("password: *hunter2\n", "line 1, column 11: found undefined alias '…'"),
        ("password: !hunter2 x\n", "line 1, column 11: could not determine a constructor for the tag '…'"),
        ("password: 'hunter2\n", "line 2, column 1: found unexpected end of stream while scanning"),
        ("a: 1\npassword: hunter2\x01\n", "line 2: expected text, found the character 0x1"),
    ],
)
def test_a_line_that_is_no_yaml_is_named_and_not_repeated(text, said):
    with pytest.raises(yaml.YAMLError) as refused:
        load(text)
    assert str(refused.value).startswith(said)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None
