"""Places in a picture, to a tenth of its unit: many at once what ``round(place, 1)`` is of each."""

import numpy as np

from collector.series import Values

_NEAR_TIE = 0.5 - 1e-6  # from a tenth: which way it goes depends on digits that a product has lost


def write_tenths(places: Values) -> list[str]:
    """Each rounded and written, as 62 or 62.1; places: shape (n,), finite."""
    tenths = places * 10
    rounded = np.rint(tenths)
    for at in np.flatnonzero(np.abs(tenths - rounded) > _NEAR_TIE):
        rounded[at] = np.rint(round(float(places[at]), 1) * 10)
    counts: list[float] = rounded.tolist()
    written = {count: f"{count / 10:g}" for count in set(counts)}
    return [written[count] for count in counts]
