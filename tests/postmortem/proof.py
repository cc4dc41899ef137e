"""Whether figures are what they say, by what `postmortem verify` makes of them as they are stored."""

from postmortem.archive.archive import stored_fact
from postmortem.facts import FromFacts
from postmortem.verify.figures import by_id, recompute


def parts_of(fact):
    """The figure and all that it is made of."""
    parts = fact.source.facts if isinstance(fact.source, FromFacts) else ()
    return [fact, *(each for part in parts for each in parts_of(part))]


def misfits(facts, evidence):
    """The ids of figures whose source gives another value, to the last digit."""
    every = [part for fact in facts for part in parts_of(fact)]
    stored = by_id([stored_fact(part) for part in every])
    return [part.id for part in every if recompute(part.id, stored, evidence) != part.value]
