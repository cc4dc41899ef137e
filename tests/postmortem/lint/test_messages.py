import re
from pathlib import Path
from string import Formatter

import pytest

from alerts.charts.model import Language
from postmortem.lint.clock import Length, Lengths
from postmortem.lint.finding import Finding, Rule
from postmortem.lint.messages import load_messages
from postmortem.lint.review import RULES, review

KOREAN, ENGLISH = (load_messages(language).messages for language in (Language.KO, Language.EN))
SOURCE = "".join(
    path.read_text(encoding="utf-8") for path in Path(__file__).parents[3].glob("postmortem/lint/rules/*.py")
)


def placeholders(message):
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def test_both_languages_say_the_same_things():
    assert list(KOREAN) == list(ENGLISH)
    assert {k: placeholders(v) for k, v in KOREAN.items()} == {k: placeholders(v) for k, v in ENGLISH.items()}


def test_every_message_is_of_a_rule_and_every_rule_has_one():
    assert {key.partition(".")[0] for key in ENGLISH} == {rule.name for rule in RULES}


@pytest.mark.parametrize("key", re.findall(r'"([a-z]+(?:-[a-z]+)+(?:\.[a-z]+)?)"', SOURCE))
def test_keys_in_the_rules_are_messages(key):
    assert key in ENGLISH or key in {rule.name for rule in RULES}


@pytest.mark.parametrize(("language", "words"), [(Language.KO, "1시간 5분"), (Language.EN, "1 h 5 min")])
def test_lengths_of_time_are_written_as_the_language_does(language, words, monkeypatch, draft_of):
    values = {"told": "45분", "length": Length(3900)}
    rule = Rule("range", lambda _: [Finding(1, "duration-off-timeline.range", values)])
    monkeypatch.setattr("postmortem.lint.review.RULES", (rule,))
    assert words in review(draft_of("Text."), language)[0].message


@pytest.mark.parametrize(
    ("language", "longest", "words"),
    [
        (Language.KO, 2400, "30분~40분이다"),
        (Language.EN, 2400, "30 min to 40 min"),
        (Language.KO, 1800, "타임라인에서는 30분이다"),
        (Language.EN, 1800, "which shows 30 min"),
    ],
)
def test_lengths_that_are_one_are_told_once(language, longest, words, monkeypatch, draft_of):
    values = {"told": "45", "shown": Lengths(1800, longest)}
    rule = Rule("range", lambda _: [Finding(1, "duration-off-timeline.detection", values)])
    monkeypatch.setattr("postmortem.lint.review.RULES", (rule,))
    message = review(draft_of("Text."), language)[0].message
    assert words in message
    assert message.count("30") == 1
