"""How the rows of a report's timeline are called, and how corrections name them. Light to import."""

from enum import StrEnum

ROW, HIDES = "row", "hides"  # attributes that name a row by its id: to correct it, to hide it
MOVES = "at"  # the attribute that says when a row truly was
START, END = "start", "end"  # words of the impact's rows


class RowKind(StrEnum):
    """What a row tells of; with this its id begins."""

    IMPACT = "impact"
    ONSET = "onset"
    TURN = "turn"
    FIRED = "fired"
    MILESTONE = "milestone"
    EVENT = "event"
    BEND = "bend"
    EASED = "eased"
    RECOVERED = "recovered"
    GAP = "gap"
    ENDED = "ended"
