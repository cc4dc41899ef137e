import re
import string

import pytest

from alerts.charts.model import Language
from postmortem.words.catalogue import load_catalogue
from postmortem.words.korean import PAIRS

KOREAN, ENGLISH = load_catalogue(Language.KO).messages, load_catalogue(Language.EN).messages


def fields(message):
    return {(name, spec) for _, name, spec, _ in string.Formatter().parse(message) if name}


def test_both_languages_have_the_same_messages():
    assert set(KOREAN) == set(ENGLISH)


@pytest.mark.parametrize("key", sorted(KOREAN))
def test_messages_ask_for_the_same_values(key):
    assert {name for name, _ in fields(KOREAN[key])} == {name for name, _ in fields(ENGLISH[key])}


def test_particles_stand_in_korean_only_and_exist():
    assert all(not spec for message in ENGLISH.values() for _, spec in fields(message))
    assert {spec for message in KOREAN.values() for _, spec in fields(message)} <= {*PAIRS, ""}


def test_korean_leaves_no_choice_of_particle_to_the_reader():
    assert not [m for m in KOREAN.values() if re.search(r"[을은이과]\([를는가와]\)|\(으\)로(?!})", m)]


def test_korean_has_one_word_for_an_incident():
    assert not [key for key, message in KOREAN.items() if "사고" in message]


@pytest.mark.parametrize("messages", [KOREAN, ENGLISH])
def test_titles_of_objectives_are_quoted_inside_phrases(messages):
    keys = ("subject.failed", "subject.slow", "tile.failed", "tile.spent")
    assert all("‘{title}’" in messages[key] for key in keys)
