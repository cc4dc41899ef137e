"""XFetch: refresh before expiry, the likelier the nearer it is and the dearer the load.

Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015.
"""

import math

from commerce_app.cache.entry import Entry

BETA = 1.0


def refresh_early(entry: Entry, at: float, draw: float) -> bool:
    """Whether this read should refresh; ``draw`` is uniform in (0, 1]."""
    return at - entry.load_seconds * BETA * math.log(draw) >= entry.fresh_until
