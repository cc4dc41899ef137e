import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.adopt.identity import identities, named_apart
from collector.labels import Labels


def names(*sets):
    return {one.name: f"{{{one.matchers()}}}" for one in named_apart(identities(map(Labels, sets)))}


@pytest.mark.parametrize(
    ("sets", "found"),
    [
        ([{"job": "a"}], {"a": '{job="a"}'}),
        ([{"job": "k", "app": "x"}, {"job": "k", "app": "y"}], {
            "x": '{app="x",job="k"}', "y": '{app="y",job="k"}'}),
        ([{"job": "k", "app": "x"}, {"job": "k"}], {"k": '{job="k"}'}),
        ([{"job": "a", "env": "prod"}, {"job": "a", "env": "dev"}], {
            "a-dev": '{env="dev",job="a"}', "a-prod": '{env="prod",job="a"}'}),
        ([{"job": "a", "env": "prod"}, {"job": "a"}], {
            "a-no-env": '{job="a",env=""}', "a-prod": '{env="prod",job="a"}'}),
        ([{"job": "a", "env": "prod", "cluster": "c"}, {"job": "a", "env": "prod"}, {"job": "a"}], {
            "a-no-env-no-cluster": '{job="a",env="",cluster=""}',
            "a-prod-c": '{cluster="c",env="prod",job="a"}',
            "a-prod-no-cluster": '{env="prod",job="a",cluster=""}'}),
        ([{"job": "a", "app": "x"}, {"job": "b", "app": "x"}], {
            "x": '{app="x",job="a"}', "x-b": '{app="x",job="b"}'}),
        ([{"job": "ns/api"}], {"ns-api": '{job="ns/api"}'}),
        ([{}], {}),
    ],
)  # fmt: skip
def test_services_are_told_apart(sets, found):
    assert names(*sets) == found


_SETS = st.lists(
    st.fixed_dictionaries(
        {"job": st.sampled_from("ab")},
        optional={name: st.sampled_from("xy") for name in ("app", "env", "cluster", "namespace")},
    ),
    max_size=8,
)


@given(_SETS)
def test_every_series_is_of_one_service(sets):
    found = identities(map(Labels, sets))
    assert all(sum(one.has(Labels(labels)) for one in found) == 1 for labels in sets)
