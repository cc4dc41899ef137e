"""Quantiles by linear interpolation between ranks; NaN ranks lowest, as Prometheus sorts it."""

import numpy as np

from collector.promql.value import Indices, Mask
from collector.series import Values


def quantile_of_rows(quantile: Values, cells: Values, real: Mask) -> Values:
    """The quantile along the last axis.

    quantile: (t,). cells: (…, t, w). real: the same shape, or (t, w); what is not real does not count.
    """
    real = np.broadcast_to(real, cells.shape)
    count = real.sum(axis=-1)
    ordered = np.sort(np.where(real, cells, np.nan), axis=-1)
    nans = count - (real & ~np.isnan(cells)).sum(axis=-1)
    rank = quantile * (count - 1)
    low = np.maximum(0, np.floor(rank))
    high = np.minimum(count - 1, low + 1)
    weight = rank - np.floor(rank)
    below, above = _ranked(ordered, low, nans), _ranked(ordered, high, nans)
    out = below * (1 - weight) + above * weight
    out = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, out))
    return np.where(np.isnan(quantile) | (count == 0), np.nan, out)


def _ranked(ordered: Values, rank: Values, nans: Indices) -> Values:
    """The value of a rank, in rows whose numbers ascend from the left though NaN ranks below them."""
    index: Indices = np.nan_to_num(rank).astype(np.intp) - nans
    clipped = np.clip(index, 0, ordered.shape[-1] - 1)
    found: Values = np.take_along_axis(ordered, clipped[..., None], axis=-1)[..., 0]
    return np.where(index < 0, np.nan, found)
