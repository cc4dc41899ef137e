import asyncio
from types import SimpleNamespace

import pytest

from commerce_app.product.caches import extras_key, product_id_of
from commerce_app.product.optional import EXTRAS, LEFT_OUT_BY, Feature, OptionalFeatures
from commerce_app.product.warming import Warming
from commerce_app.switches import Switch, Switches


def test_every_feature_can_be_left_out_and_is_offered_otherwise():
    features = OptionalFeatures(Switches())
    assert all(map(features.offered, Feature))
    assert set(LEFT_OUT_BY) == set(Feature)


@pytest.mark.parametrize(
    ("switch", "left_out"),
    [
        (Switch.READ_ONLY_EXTRAS, EXTRAS),
        (Switch.READ_ONLY_RANKING, {Feature.RANKING}),
        (Switch.READ_ONLY_RECOMMENDATIONS, {Feature.RECOMMENDATIONS}),
        (Switch.READ_ONLY_POPULAR, {Feature.POPULAR_REFRESH}),
    ],
)
def test_a_switch_leaves_out_what_it_names_and_nothing_else(switch, left_out):
    features = OptionalFeatures(Switches([switch]))
    assert {feature for feature in Feature if not features.offered(feature)} == left_out
    assert features.extras() == EXTRAS - left_out


def test_parts_of_the_extras_have_keys_of_their_own():
    keys = [extras_key(7, features) for features in (EXTRAS, {Feature.RANKING}, {Feature.RECOMMENDATIONS})]
    assert len(set(keys)) == 3
    assert {product_id_of(key) for key in keys} == {7}


@pytest.mark.parametrize(("switches", "refreshed"), [([], True), ([Switch.READ_ONLY_POPULAR], False)])
async def test_the_popular_list_is_refreshed_while_that_is_offered(switches, refreshed):
    refreshes = []
    caches = SimpleNamespace(popular=SimpleNamespace(refresh=lambda *_: refreshes.append(1)))
    flips = Switches(switches)
    warming = Warming(
        SimpleNamespace(popular=None), caches, OptionalFeatures(flips), flips, hot_keys=1, ahead_seconds=1
    )
    loop = asyncio.create_task(warming.keep_popular(0))
    for _ in range(10):
        await asyncio.sleep(0)
    loop.cancel()
    assert bool(refreshes) is refreshed
