"""When keys end that are to grow old together: entries of the cache keep their stale time."""

import pytest

from commerce_app.cache.entry import pack_fresh_until
from commerce_app.faults.keys import Ends, aligned

AT = 1_800_000_000.0


@pytest.mark.parametrize(
    ("head", "expires_at", "ends"),
    [
        (pack_fresh_until(AT + 50), AT + 110, Ends(AT + 60, AT)),
        (pack_fresh_until(AT + 50), AT + 50, Ends(AT, AT)),
        # Ahead by what two clocks may differ.
        (pack_fresh_until(AT + 50.5), AT + 50, Ends(AT, AT)),
        # Old already: as it was.
        (pack_fresh_until(AT - 20), AT + 40, Ends(AT + 40)),
        # No entries: a number, text, something without an end.
        (b"17", AT + 50, Ends(AT)),
        (b"a token of a lock", AT + 50, Ends(AT)),
        (pack_fresh_until(AT + 50), AT + 20, Ends(AT)),
        (b"", -0.001, Ends(AT)),
    ],
)
def test_ends_are_those_of_a_value_filled_to_end_then(head, expires_at, ends):
    assert aligned(head, expires_at, AT) == ends
