from hypothesis import given
from hypothesis import strategies as st

from commerce_app.cache.absences import Absences


def test_what_is_missing_is_known_until_its_ttl():
    absences = Absences(ttl_seconds=30, entries=10)
    absences.remember("k", at=100, until=130)
    assert [absences.known("k", at) for at in (100, 129.9, 130)] == [True, True, False]
    assert not absences.known("other", 100)


def test_what_is_found_missing_again_is_known_for_longer():
    absences = Absences(ttl_seconds=30, entries=1)
    assert [absences.remember("k", at, at + 30) for at in (100, 120)] == [True, True]
    assert absences.known("k", 140)


def test_what_came_up_since_is_forgotten():
    absences = Absences(ttl_seconds=30, entries=10)
    absences.remember("k", at=100, until=130)
    absences.forget("k")
    assert not absences.known("k", 100)


def test_beyond_the_bound_the_newest_take_the_place_of_the_oldest():
    absences = Absences(ttl_seconds=30, entries=2)
    assert [absences.remember(key, 100, 130) for key in "abc"] == [True, True, False]
    assert [absences.known(key, 100) for key in "abc"] == [False, True, True]


def test_what_is_past_makes_room():
    absences = Absences(ttl_seconds=30, entries=1)
    assert [absences.remember("a", 100, 130), absences.remember("b", 130, 160)] == [True, True]


steps = st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 40)), max_size=40)


@given(steps)
def test_never_more_than_the_bound_is_known_nor_for_longer_than_the_ttl(drawn):
    absences, at, told = Absences(ttl_seconds=30, entries=3), 0.0, {}
    for key, later in drawn:
        at += later
        absences.remember(key, at, at + 30)
        told[key] = at
        known = {each for each in "abcdef" if absences.known(each, at)}
        assert key in known
        assert len(known) <= 3
        assert all(at < told[each] + 30 for each in known)
