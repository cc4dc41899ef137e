import io

import numpy as np

from collector.exporter import export
from collector.labels import Labels
from collector.series import Series

AT = 1_700_000_000.0
LABELS = Labels({"__name__": "a"})


class Lone:
    """One sample; counts what it is asked."""

    def __init__(self):
        self.asked = 0

    def series(self, matchers, start, end):
        self.asked += 1
        return [LABELS] if start <= AT <= end else []

    def raw(self, selector, start, end):
        self.asked += 1
        return [Series(LABELS, np.array([AT]), np.array([1.0]))] if start <= AT <= end else []


def test_an_export_from_the_epoch_on_begins_near_the_oldest_sample():
    source, out, told = Lone(), io.StringIO(), []
    assert export(source, ["a"], 0.0, AT + 86_400, out, progress=lambda *step: told.append(step)) == 1
    assert source.asked < 40
    assert (told[-1], out.getvalue()) == ((len(told), len(told)), "a 1 1700000000\n# EOF\n")


def test_an_export_of_nothing_asks_once():
    source, out = Lone(), io.StringIO()
    assert export(source, ["a"], 0.0, 5.0, out) == 0
    assert (source.asked, out.getvalue()) == (1, "# EOF\n")
