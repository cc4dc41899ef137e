from hypothesis import given
from hypothesis import strategies as st

from postmortem.lint.clauses import Clause
from postmortem.lint.parts import Parts


@st.composite
def clauses_of_a_text(draw):
    cuts = sorted(draw(st.sets(st.integers(0, 30))))
    return [Clause("x" * (end - start), start) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]


@given(clauses_of_a_text(), st.integers(0, 31))
def test_they_are_those_that_a_look_at_each_finds(clauses, offset):
    parts = Parts(clauses)
    assert parts.last_until(offset) == next((c for c in reversed(clauses) if c.end <= offset), None)
    assert parts.first_from(offset) == next((c for c in clauses if c.start >= offset), None)
    assert parts.around(offset) == next((c for c in clauses if c.start <= offset < c.end), None)
