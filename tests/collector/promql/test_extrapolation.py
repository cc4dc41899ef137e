"""Series that share no clock are stretched together as they are apart."""

from dataclasses import replace

import numpy as np
import pytest

from collector.labels import Labels
from collector.promql.extrapolation import Growth, extrapolated, together

ENDS = np.arange(3) * 60_000 + 300_000


def growth(seed, series):
    rng = np.random.default_rng(seed)
    shape = (series, len(ENDS))
    oldest = ENDS - 300_000 + rng.integers(0, 100_000, len(ENDS))
    first = rng.random(shape) * rng.choice([0.0, 1.0, 1e6], shape)
    return Growth(
        tuple(Labels({"n": f"{seed}.{n}"}) for n in range(series)),
        first,
        rng.random(shape) * 100,
        first.min(axis=1),
        oldest,
        oldest + rng.integers(1, 200_000, len(ENDS)),
        rng.integers(1, 20, len(ENDS)),
        ENDS - 300_000,
        ENDS,
    )


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize("counter", [True, False])
@pytest.mark.parametrize("per_second", [True, False])
def test_together_as_apart(counter, per_second):
    few = [growth(seed, series) for seed, series in enumerate((1, 4, 2))]

    def stretched(one):
        fresh = replace(one, change=one.change.copy())
        return extrapolated(fresh, counter=counter, per_second=per_second)

    (joined,) = together(few)
    assert joined.labels == tuple(labels for one in few for labels in one.labels)
    for found, apart in zip(stretched(joined), zip(*map(stretched, few), strict=True), strict=True):
        np.testing.assert_array_equal(found, np.concatenate(apart))


def test_many_series_stay_apart():
    few, many = growth(1, 2), growth(2, 1000)
    assert [one.labels for one in together([few, many])] == [many.labels, few.labels]
