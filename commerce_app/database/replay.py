"""How far the replica has replayed, as a time: it holds every write that had ended by then.

Marks are laid on the primary's log: at a time, how long the log was. Once the replica has replayed a mark, it
holds whatever was written before the mark's time. PostgreSQL's own times will not do: they are those of the
last transaction, which at idle is old, and a replica that is cut off has replayed all that it received.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# An idle log that ends at a page's end is said to end behind the next page's header, which replays never.
PAGE_BYTES = 8192
HEADER_BYTES = (24, 40)
MARKS_LIMIT = 1_200


@dataclass(frozen=True)
class Mark:
    """The primary's log was ``lsn`` bytes long at some moment after ``at`` (Unix seconds)."""

    at: float
    lsn: int


@dataclass(frozen=True)
class Replay:
    """``complete_to``: Unix seconds; the replica holds every write that had ended by then.

    ``marks`` are those that it has not replayed, oldest first; ``first_at`` is when we began to lay them.
    ``just_laid``: the newest of them was laid while the replica was asked, which so says nothing of it.
    """

    reachable: bool = True
    complete_to: float = float("-inf")
    marks: tuple[Mark, ...] = ()
    first_at: float = float("-inf")
    just_laid: bool = False

    @property
    def behind_seconds(self) -> float:
        """From the newest mark that is replayed, or the first ever laid, to the newest that could be by now.

        It stands still while the primary lays no marks: nothing is written then. The first mark after such a
        gap, or after one of this process's own, would make the whole gap the replica's if it counted at once.
        """
        due = self.marks[:-1] if self.just_laid else self.marks
        if not due:
            return 0.0
        return due[-1].at - max(self.complete_to, self.first_at)


def observe(known: Replay, mark: Mark | None, replayed_lsn: int | None) -> Replay:
    """What is known after another look; None: that server did not answer."""
    marks = known.marks if mark is None else _lay(known.marks, mark)
    first_at = marks[0].at if known.first_at == float("-inf") and marks else known.first_at
    if replayed_lsn is None:
        return Replay(False, known.complete_to, marks, first_at, mark is not None)
    done = _replayed(marks, replayed_lsn)
    complete_to = marks[done - 1].at if done else known.complete_to
    waiting = marks[done:]
    return Replay(True, complete_to, waiting, first_at, mark is not None and bool(waiting))


def _lay(marks: tuple[Mark, ...], mark: Mark) -> tuple[Mark, ...]:
    # A log that is shorter than it was is another primary's: the old marks say nothing of it.
    same_log = not marks or mark.lsn >= marks[-1].lsn
    return (*marks, mark)[-MARKS_LIMIT:] if same_log else (mark,)


def _replayed(marks: Sequence[Mark], replayed_lsn: int) -> int:
    """How many of the marks lie within what was replayed; they ascend."""
    return sum(_record_end(mark.lsn) <= replayed_lsn for mark in marks)


def _record_end(lsn: int) -> int:
    offset = lsn % PAGE_BYTES
    return lsn - offset if offset in HEADER_BYTES else lsn
