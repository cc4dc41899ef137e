"""Does the true fault rank first? Over recordings of drills and seeded variations of them, beside two peers.

``python -m tests.bench causes``. Recordings: tests/postmortem/recordings, or the folder in CAUSES_RECORDINGS.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from postmortem.causes.ranking import Ranking, rank
from postmortem.recording.model import Recording
from tests.bench.cause_peers import Parts, baro, has_baro, largest_deviation
from tests.bench.other_map import other_map, part_of
from tests.bench.recordings import FOLDER, Recorded, read_recordings
from tests.bench.variations import vary

SEEDS = range(10)
CHOSEN, HELD_OUT, UNSEEN = "chosen on", "held out", "unseen map"
OLDER = ", older map"  # before the shop's map told timeouts, breaks, restarts and medians


@dataclass(frozen=True)
class CauseScores:
    """Shares of rankings. first, first_three: the true candidate; part_first: its part.

    none: protected acts of which nothing is said to be the cause; None: the method cannot say so.
    """

    method: str
    judged_on: str
    rankings: int
    first: float | None
    first_three: float | None
    part_first: float
    protected: int
    none: float | None


def run() -> Iterator[CauseScores]:
    """Recordings that went as their scenario foretold, each as it is and in ten variations."""
    every = list(read_recordings(Path(os.environ.get("CAUSES_RECORDINGS", FOLDER))))
    recorded = [each for each in every if is_fit(each)]
    print(f"causes: {len(recorded)} of {len(every)} recorded acts are fit to be judged by")
    now = [each for each in recorded if each.is_of_todays_map]
    before = [each for each in recorded if not each.is_of_todays_map]
    for told, mark in ((now, ""), (before, OLDER)):
        for name, group in _split(told).items():
            yield _ours(name + mark, group, lambda r: r, lambda part: part)
        if told:
            yield _ours(UNSEEN + mark, told, other_map, part_of)
    peers: dict[str, Parts] = {"largest deviation": largest_deviation}
    if has_baro():
        peers["fse-baro"] = baro
    for method, parts in peers.items():
        for name, group in _split(now).items():
            yield _peer(method, name, group, parts)


def _split(recorded: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    groups = {
        CHOSEN: [each for each in recorded if not each.is_held_out],
        HELD_OUT: [each for each in recorded if each.is_held_out],
    }
    return {name: group for name, group in groups.items() if group}


def is_fit(recorded: Recorded) -> bool:
    """It went as its scenario foretold, on a machine that let the shop be well before, and shows it."""
    return (
        recorded.went_as_foretold is not False and recorded.was_calm_before and recorded.shows_what_it_should
    )


def versions(recorded: Recorded) -> Iterator[Recording]:
    """The recording and its ten variations."""
    yield recorded.recording
    for seed in SEEDS:
        yield vary(recorded.recording, seed)


def _ours(
    name: str,
    group: Sequence[Recorded],
    seen_by: Callable[[Recording], Recording],
    called: Callable[[str], str],
) -> CauseScores:
    hurt = [(each, rank(seen_by(r))) for each in group if not each.is_protected for r in versions(each)]
    calm = [rank(seen_by(r)) for each in group if each.is_protected for r in versions(each)]
    return CauseScores(
        method="ours",
        judged_on=name,
        rankings=len(hurt),
        first=_share(each.truth[0] in found.answers[:1] for each, found in hurt),
        first_three=_share(each.truth[0] in found.answers[:3] for each, found in hurt),
        part_first=_share(called(each.truth[1]) == _first_part(found) for each, found in hurt),
        protected=len(calm),
        none=_share(found.answers == ("none",) for found in calm) if calm else None,
    )


def _peer(method: str, name: str, group: Sequence[Recorded], parts: Parts) -> CauseScores:
    hurt = [(each, parts(r)) for each in group if not each.is_protected for r in versions(each)]
    first = _share(each.truth[1] in found[:1] for each, found in hurt)
    return CauseScores(method, name, len(hurt), None, None, first, 0, None)


def _first_part(found: Ranking) -> str | None:
    return found.causes[0].part if found.causes else None


def _share(hits: Iterable[bool]) -> float:
    told = list(hits)
    return round(sum(told) / len(told), 3) if told else float("nan")
