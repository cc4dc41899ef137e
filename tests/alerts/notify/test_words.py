from typing import get_args

import pytest

from alerts.events import Kind
from alerts.notify.words import KINDS, WORDS, Key, elapsed, kind_word, say


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_word_exists_in_every_language(language):
    assert set(WORDS[language]) == set(get_args(Key))
    assert set(KINDS[language]) == set(KINDS["en"]) > {kind.value for kind in Kind}


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (-1, "0 s", "0초"),
        (59.9, "59 s", "59초"),
        (60, "1 min", "1분"),
        (3900, "1 h 5 min", "1시간 5분"),
        (90_000, "1 d 1 h", "1일 1시간"),
    ],
)
def test_durations_have_two_units_at_most(seconds, english, korean):
    assert (elapsed(seconds, "en"), elapsed(seconds, "ko")) == (english, korean)


def test_unknown_language_speaks_english_and_unknown_kinds_stand_as_they_are():
    assert say("fr", "page") == "PAGE"
    assert kind_word("ko", "party") == "party"
