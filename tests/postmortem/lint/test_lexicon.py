import pytest

from postmortem.lint.lexicon import load_lexicon, read_words


def test_both_languages_have_the_same_groups_and_names():
    korean, english = read_words("ko"), read_words("en")
    assert {g: list(names) for g, names in korean.items()} == {g: list(names) for g, names in english.items()}


@pytest.mark.parametrize(
    ("text", "group", "names"),
    [
        ("`order`를 재시도", "services", ["order"]),
        ("주문/결제 전체", "services", ["order", "payment"]),
        ("레이트리밋과 레이트 리밋, rate-limits", "limits", ["rate_limit"] * 3),
        ("raised, raising and raises", "directions", ["raise"] * 3),
        ("tuning a border, reordering", "services", []),
        ("TTL 상향", "things", ["ttl"]),
        ("읽기 전용 해제", "things", ["read_only"]),
        ("비활성화했다", "directions", ["disable"]),  # the longest counts: it is not enabled
        ("인공지능", "acts", []),
    ],
)
def test_names_of_a_text(text, group, names):
    assert [mention.name for mention in load_lexicon().mentions(text, group)] == names


def test_the_first_role_of_the_file_wins():
    lexicon = load_lexicon()
    assert lexicon.first("해소 타임라인", "roles") == "timeline"
    assert lexicon.first("Root cause analysis", "roles") == "causes"
    assert lexicon.first("후속 조치 상태 추적", "roles") == "tracking"
    assert lexicon.first("Appendix", "roles") is None


def test_blanks_keep_the_places_of_the_rest():
    assert load_lexicon().without("raise the TTL now", "things") == "raise the     now"
