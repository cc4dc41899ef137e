import pytest
import re2

from collector.regexes import Regexes, anchored_regex, instructions


def test_a_bad_regex_is_an_error_and_prints_nothing(capfd):
    with pytest.raises(re2.error):
        anchored_regex("(")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+b", "(x+x+)+y", "(.*)*c", "(a?){300}a{300}b"])
def test_patterns_that_take_others_for_ever_are_linear(pattern):
    assert anchored_regex(pattern).fullmatch("a" * 50_000 + "!") is None


def test_a_regex_is_compiled_once():
    regexes = Regexes()
    assert regexes.get("a|b") is regexes.get("a|b")


def test_the_oldest_go_when_all_are_too_large():
    regexes = Regexes(kept=100_000)
    for number in range(20):
        regexes.get(rf"\pL{{20}}{number}")
    assert len(regexes) == 100_000 // instructions(regexes.get(r"\pL{20}19"))
    assert regexes.instructions <= 100_000


def test_there_are_no_very_many_small_ones():
    regexes = Regexes(kept=100_000)
    for number in range(200):
        regexes.get(f"a{number}")
    assert len(regexes) == 50


def test_one_that_is_larger_than_all_may_be_is_kept_alone():
    regexes = Regexes(kept=10)
    regexes.get("a")
    assert regexes.get("b.*").fullmatch("bc")
    assert len(regexes) == 1


@pytest.mark.parametrize("pattern", ["(", "a)|(b"])
def test_what_is_no_regex_is_told_in_words(pattern):
    with pytest.raises(re2.error, match=r"^(missing|unexpected) \)") as raised:
        anchored_regex(pattern)
    assert "(?s:" not in str(raised.value)
