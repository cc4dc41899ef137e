"""One window at a time, after Prometheus' documentation: what the engine must equal."""

import math
from itertools import pairwise


def window(times, values, start, end):
    return [(t, v) for t, v in zip(times, values, strict=True) if start < t <= end]


def extrapolated(times, values, end, range_ms, *, counter, per_second):
    start = end - range_ms
    samples = window(times, values, start, end)
    if len(samples) < 2:
        return None
    (first_time, first), (last_time, last) = samples[0], samples[-1]
    change = last - first
    if counter:
        for (_, before), (_, after) in pairwise(samples):
            if after < before:
                change += before
    sampled = (last_time - first_time) / 1000
    spacing = sampled / (len(samples) - 1)
    to_start, to_end = (first_time - start) / 1000, (end - last_time) / 1000
    if to_start >= spacing * 1.1:
        to_start = spacing / 2
    if counter and change > 0 and first >= 0:
        to_start = min(to_start, sampled * (first / change))
    if to_end >= spacing * 1.1:
        to_end = spacing / 2
    change *= (sampled + to_start + to_end) / sampled
    return change / (range_ms / 1000) if per_second else change


OVER_TIME = {
    "sum_over_time": math.fsum,
    "avg_over_time": lambda values: math.fsum(values) / len(values),
    "min_over_time": min,
    "max_over_time": max,
    "count_over_time": len,
    "last_over_time": lambda values: values[-1],
    "changes": lambda values: sum(a != b for a, b in pairwise(values)),
    "resets": lambda values: sum(b < a for a, b in pairwise(values)),
}
