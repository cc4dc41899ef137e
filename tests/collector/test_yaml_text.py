import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from collector.yaml_loaders import (
    ExactAsWrittenLoader,
    NestedTooDeeplyError,
    NoTextError,
    NoValueError,
    RepeatedKeyError,
    TooMuchRepeatedError,
)
from collector.yaml_text import load, load_all, load_all_as_written, load_as_written


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


@pytest.mark.parametrize("level", ["{{<<: [{}]}}", "[{}]"], ids=["merges", "aliases"])
@pytest.mark.parametrize("read", [load, load_as_written])
def test_aliases_that_make_much_of_little_are_refused_with_their_line(read, level):
    levels = [f"a{n}: &a{n} " + level.format(", ".join([f"*a{n - 1}"] * 10)) for n in range(1, 9)]
    with pytest.raises(TooMuchRepeatedError, match="line 6: expected aliases and merges that repeat at most"):
        read("\n".join(["a0: &a0 {k: v}", *levels]))


@pytest.mark.parametrize("end", ["", "#\t"], ids=["fast", "exact"])
def test_more_values_than_a_reader_takes_are_refused_with_their_line(end):
    text = f"a: 1\n---\nb:\n- 2\n- 3\n- 4\n{end}"
    assert load_all(text, 9) == [{"a": 1}, {"b": [2, 3, 4]}]
    with pytest.raises(yaml.YAMLError, match=r"^line 3: expected at most 8 values in a file$"):
        load_all(text, 8)


def test_an_alias_that_many_jobs_merge_is_taken():
    jobs = "".join(f"- {{<<: *job, name: {n}}}\n" for n in range(5_000))
    assert len(load("- &job {a: 1, b: [1, 2, 3], c: {d: e}}\n" + jobs)) == 5_001


@pytest.mark.parametrize(
    "value",
    ["2025-05-45", "1" * 5_000, "0x" + "f" * 300_000, "1" + ":1" * 20_000, "1" + ":1" * 200 + ".5",
     "!!int ''", "!!bool x", "!!timestamp x"],
    ids=["date", "digits", "hexadecimal", "sexagesimal", "sexagesimal float", "int", "bool", "timestamp"],
)  # fmt: skip
def test_values_that_cannot_be_made_are_refused_with_their_line(value):
    with pytest.raises(NoValueError, match=r"^line 2: expected a [^\n]{1,60}$"):
        load(f"a: 1\nb: {value}")


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


_SPELLINGS = [
    "a",
    "b: ",
    "- ",
    "\n",
    "\n  ",
    "\n- ",
    "\nb: ",
    " ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "'",
    '"',
    "#",
    " # c\n",
    "|\n",
    "|-\n  ",
    ">+\n",
    "&x ",
    "*x",
    "!!str ",
    "! ",
    "!",
    "%YAML 1.1\n",
    "--- ",
    "...\n",
    "\t",
    "? ",
    "<<: ",
    "\\x41",
    "~",
    "0x1",
    "1:30",
    "\u2028",
    "\x85",
    "\r",
    "\ufeff",
    "\x7f",
    "\x00",
    "\U0001f600",
    "@",
    "a: 1\n",
]


@given(st.lists(st.sampled_from(_SPELLINGS), max_size=9).map("".join))
@example("! ")
@example("b: \ta")
@example("\r\ufeff\r\n")
@example("a: *x\nb: [")
def test_what_is_read_or_refused_is_what_the_exact_parser_says(text):
    exactly = _read_or_none(lambda: list(yaml.load_all(text, ExactAsWrittenLoader)))
    assert _read_or_none(lambda: load_all_as_written(text)) == exactly


def _read_or_none(read):
    try:
        return repr(read())
    except yaml.YAMLError:
        return None


def test_an_error_far_down_is_told_as_by_the_exact_parser():
    with pytest.raises(yaml.YAMLError, match=r"^line 1001, column 7: mapping values are not allowed here$"):
        load_all("- a: b\n" * 1_000 + "- a: b: c\n")
