import pytest

from alerts.adopt.identity import identities, named_apart
from collector.labels import Labels


def names(*sets):
    return {one.name: str(one.labels) for one in named_apart(identities(map(Labels, sets)))}


@pytest.mark.parametrize(
    ("sets", "found"),
    [
        ([{"job": "a"}], {"a": '{job="a"}'}),
        ([{"job": "k", "app": "x"}, {"job": "k", "app": "y"}], {
            "x": '{app="x",job="k"}', "y": '{app="y",job="k"}'}),
        ([{"job": "k", "app": "x"}, {"job": "k"}], {"k": '{job="k"}'}),
        ([{"job": "a", "env": "prod"}, {"job": "a", "env": "dev"}], {
            "a-dev": '{env="dev",job="a"}', "a-prod": '{env="prod",job="a"}'}),
        ([{"job": "a", "app": "x"}, {"job": "b", "app": "x"}], {
            "x": '{app="x",job="a"}', "x-b": '{app="x",job="b"}'}),
        ([{"job": "ns/api"}], {"ns-api": '{job="ns/api"}'}),
        ([{}], {}),
    ],
)  # fmt: skip
def test_services_are_told_apart(sets, found):
    assert names(*sets) == found
