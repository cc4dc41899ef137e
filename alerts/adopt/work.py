"""Counters of work that is done behind the scenes, jobs and tasks: what hinders an SLO, and what would do."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

MOST_NOTES = 10
_GOOD = ("succeeded", "success", "successful", "successes", "ok")
_ALL = ("processed", "handled", "completed", "finished", "executed", "done")
_BEGUN = ("received", "started", "enqueued", "submitted", "accepted")
_BAD = ("failed", "failure", "failures", "errors", "error")
_COUNTED = re.compile(rf"(?P<stem>\w+)_(?P<what>{'|'.join((*_GOOD, *_ALL, *_BEGUN, *_BAD))})_total")
_WAITING = re.compile(r"\w*(?:queue_(?:length|depth|size)|backlog|queued|jobs_(?:waiting|pending))")


def work_notes(names: Iterable[str], types: Mapping[str, str]) -> list[str]:
    """Of metrics that nobody knows. types: by metric, where the server says them."""
    there = sorted(names)
    notes = [*_work_counters(there, types), *_waiting(there, types)]
    more = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], f"and {more} more of this kind"] if more > 0 else notes


def _work_counters(names: Iterable[str], types: Mapping[str, str]) -> Iterator[str]:
    stems: dict[str, dict[str, str]] = defaultdict(dict)
    for name in names:
        found = _COUNTED.fullmatch(name)
        if found and types.get(name, "counter") in {"counter", "unknown", "untyped"}:
            stems[found["stem"]][found["what"]] = name
    for counted in stems.values():
        bad = _first(counted, _BAD)
        if not bad:
            continue
        good, all_, begun = (_first(counted, words) for words in (_GOOD, _ALL, _BEGUN))
        failed = f"sum(increase({bad}[$window]))"
        if good:
            yield (
                f"{bad} and {good} count how work ended, in two metrics: write an SLO by hand with bad "
                f"{failed} and total sum(increase({good}[$window])) + {failed}; {good} alone leaves failures "
                f"out, and in a full outage there would be nothing to judge"
            )
        elif all_:
            yield (
                f"{bad} and {all_} count work: if {all_} counts failures too, write an SLO by hand with bad "
                f"{failed} and total sum(increase({all_}[$window])), else with both added up as total; "
                f"their names do not tell"
            )
        elif begun:
            yield (
                f"{bad} and {begun} count work, but not when it ended well: failures come later than what "
                f"began, so a share of both is none; count what succeeded"
            )


def _first(counted: Mapping[str, str], words: Iterable[str]) -> str:
    return next((counted[word] for word in words if word in counted), "")


def _waiting(names: Iterable[str], types: Mapping[str, str]) -> Iterator[str]:
    for name in names:
        if _WAITING.fullmatch(name) and types.get(name, "gauge") in {"gauge", "unknown", "untyped"}:
            yield (
                f"{name}: how much waits, which has no share of good and bad: no SLO, but a guardrail can "
                f"watch it (docs/slos.md)"
            )
