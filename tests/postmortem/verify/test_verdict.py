import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postmortem.archive.digests import DIGEST, DIGESTS, digest, take_digests
from postmortem.verify.verdict import check_digests, verify_archive

MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FEW = settings(MANY, max_examples=8)
OTHERS = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 10**12), st.floats(-1e9, 1e9), st.text(max_size=5),
    st.just([]), st.just({}),
)  # fmt: skip


def leaves(node, path=()):
    if isinstance(node, dict) and node:
        return [leaf for key, value in node.items() for leaf in leaves(value, (*path, key))]
    if isinstance(node, list) and node:
        return [leaf for key, value in enumerate(node) for leaf in leaves(value, (*path, key))]
    return [path]


def changed(stored, path, value):
    """A copy of the archive with another value at one place; the rest of it is shared."""
    key, *inner = path
    copied = copy.copy(stored)
    copied[key] = changed(stored[key], inner, value) if inner else value
    return copied


def at(node, path):
    for key in path:
        node = node[key]
    return node


def is_other(one, other):
    return type(one) is not type(other) or one != other


def changes(stored, parts):
    """A place in one of the parts, and a value that is not there: near it where it is a number."""
    paths = st.sampled_from([leaf for part in parts for leaf in leaves(stored[part], (part,))])

    def others(path):
        here = at(stored, path)
        is_number = isinstance(here, (int, float)) and not isinstance(here, bool)
        near = [here + 1, -here - 1, here * 2 + 1, here * (1 + 1e-12) + 1e-12] if is_number else []
        values = st.one_of(*([st.sampled_from(near)] if near else []), OTHERS)
        return st.tuples(st.just(path), values.filter(lambda value: is_other(value, here)))

    return paths.flatmap(others)


def with_digests(archive):
    """As a forger would leave it."""
    digests = take_digests(archive)
    return {**archive, DIGESTS: digests, DIGEST: digest(digests)}


@pytest.mark.parametrize("by", [0.001, 1.0, 1.7])
def test_every_moment_is_exact_even_under_new_digests(archive, by):
    moments = [found for found in archive["facts"] if found["unit"] == "timestamp"]
    for found in moments:
        found["value"] += by
    places = {found.place for found in verify_archive(with_digests(archive)).differences}
    assert places >= {f"facts[{found['id']}].value" for found in moments}


@pytest.mark.parametrize("key", ["at", "original_at", "t_plus_seconds"])
def test_so_is_every_moment_of_the_timeline(archive, key):
    for row in archive["timeline"]:
        row[key] += 0.5
    places = [found.place for found in verify_archive(with_digests(archive)).differences]
    assert len(places) == len(archive["timeline"])


RECORDS = ["incident", "events", "slos", "signals", "window", "synthetic_history"]
CONCLUSIONS = ["timeline", "impact", "shifts", "causes", "whys", "mitigations", "actions", "origin"]
OTHER = ["fetched_at", "address", "made_by", "not_judged", "unavailable", "is_drill", "digests", "digest"]


def test_what_was_stored_is_computed_again(stored):
    verdict = verify_archive(stored)
    assert (verdict.differences, verdict.notes) == ((), ())
    assert len(verdict.facts) > 100


@pytest.mark.parametrize("part", ["series", "facts", *RECORDS, *CONCLUSIONS, *OTHER])
def test_the_digests_find_any_change(stored, part):
    @MANY
    @given(changes(stored, [part]))
    def check(change):
        assert [*check_digests(changed(stored, *change))]

    check()


@pytest.mark.parametrize("parts", [["series"], ["facts"], RECORDS, CONCLUSIONS, OTHER])
def test_any_change_is_a_difference_and_no_crash(stored, parts):
    @FEW
    @given(changes(stored, parts))
    def check(change):
        assert verify_archive(changed(stored, *change)).differences

    check()


def test_what_fails_on_an_archive_as_it_was_written_is_no_difference(stored, monkeypatch):
    def fail(_):
        raise KeyError("ours")

    monkeypatch.setattr("postmortem.verify.verdict.conclude", fail)
    with pytest.raises(KeyError, match="ours"):
        verify_archive(stored)
    found = verify_archive({**stored, "is_drill": not stored["is_drill"]}).differences
    assert "conclusions" in [difference.place for difference in found]
