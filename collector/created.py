"""Since when the counters of a page count, as its ``_created`` lines say (OpenMetrics)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from collector.families import Metadata
from collector.postings import SeriesIds
from collector.sample_line import unquoted
from collector.series import Values
from collector.steps import Steps

_CREATED = "_created"
_COUNTING = {  # what begins at zero; a summary's quantiles do not
    "counter": ("total",),
    "histogram": ("bucket", "count", "sum"),
    "summary": ("count", "sum"),
}
_FORGET_FACTOR = 2
_STEP = 1000  # lines, a millisecond or so
_TEXT = r'"(?:[^"\\]++|\\.)*+"'
_QUOTED_NAME = re.compile(rf"({_TEXT})(?:,|\}}$)")
_BOUND = re.compile(rf'((?:(?:{_TEXT}|[^",=]++)={_TEXT},)*?)le={_TEXT},?')


@dataclass(frozen=True)
class CreatedTimes:
    """What a page says.

    series: (n,) each one once, in the order of the page.
    seconds: (n,) since when each counts, in Unix time.
    told: (n,) places among all samples of the page of the lines that say so.
    """

    series: SeriesIds
    seconds: Values
    told: SeriesIds

    def as_in(self, numbers: Values) -> "CreatedTimes":
        """Those of a page with the same series. numbers: of all its samples."""
        return replace(self, seconds=numbers[self.told])


@dataclass(frozen=True)
class CreatedPlaces:
    """Places among all samples of a page: of what counts (n,), and of the lines that say since when (n,)."""

    counting: SeriesIds
    told: SeriesIds

    def among(self, kept: SeriesIds) -> "CreatedPlaces":
        """Those of which the page keeps what counts; the lines that tell may be dropped."""
        chosen = np.isin(self.counting, kept)
        return CreatedPlaces(self.counting[chosen], self.told[chosen])

    def times(self, series: SeriesIds, values: Values) -> CreatedTimes:
        """series, values: of all samples of the page."""
        return CreatedTimes(series[self.counting], values[self.told], self.told)


_NO_PLACES = np.empty(0, np.int64)
NOWHERE = CreatedPlaces(_NO_PLACES, _NO_PLACES)
NO_TIMES = CreatedTimes(_NO_PLACES, np.empty(0, np.float64), _NO_PLACES)


class CreatedLines:
    """Finds them in the pages of one target; pages with exemplars come here at each scrape, looking alike.

    A line that was seen is not taken apart again: what it counts by is known by its text.
    """

    def __init__(self) -> None:
        self._texts: Sequence[str] = ()
        self._types: Mapping[str, str] = {}
        self._told_by: dict[
            str, str
        ] = {}  # lines of what counts, and those that say since when; "" for others
        self._places = NOWHERE

    def finding(self, texts: Sequence[str], families: Mapping[str, Metadata]) -> Steps[CreatedPlaces]:
        """texts: the series of each sample, as the page spells it. families: by name."""
        lines = [place for place, text in enumerate(texts) if _CREATED in text]
        yield
        split = [_split(texts[place]) for place in lines]
        types = _types_of({name for name, _ in split}, families)
        if types == self._types and texts == self._texts:
            return self._places
        if types != self._types:
            self._told_by = {}
        self._types, self._texts, self._places = types, (), NOWHERE
        if types:
            told = {key: texts[place] for key, place in zip(split, lines, strict=True)}
            yield from self._link(texts, told)
            self._places = yield from self._looked_up(texts, {texts[place]: place for place in lines})
            self._texts = texts
        return self._places

    def _link(self, texts: Sequence[str], told: Mapping[tuple[str, str], str]) -> Steps[None]:
        """told: the lines that say since when, by name and labels."""
        if len(self._told_by) > _FORGET_FACTOR * len(texts):
            self._told_by = {}
        family_of = dict(_names(self._types))
        new = [text for text in texts if text not in self._told_by]
        for count, text in enumerate(new, 1):
            name, labels = _split(text)
            family = family_of.get(name)
            if family is None:
                self._told_by[text] = ""
            else:
                labels = _without_bound(labels) if name.endswith("_bucket") else labels
                if (by := told.get((family + _CREATED, labels))) is not None:
                    self._told_by[text] = by
            if not count % _STEP:
                yield

    def _looked_up(self, texts: Sequence[str], place_of: Mapping[str, int]) -> Steps[CreatedPlaces]:
        told_by = self._told_by
        by = [place_of.get(told_by.get(text, ""), -1) for text in texts]
        yield
        told = np.array(by, np.int64)
        counting = np.flatnonzero(told >= 0)
        return CreatedPlaces(counting, told[counting])


def _types_of(names: set[str], families: Mapping[str, Metadata]) -> dict[str, str]:
    """The types of the counting families that these names tell of, by family."""
    bases = [name.removesuffix(_CREATED) for name in names if name.endswith(_CREATED)]
    types = {base: families[base].type for base in bases if base in families}
    return {base: kind for base, kind in types.items() if kind in _COUNTING}


def _names(types: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Names of what counts, each with its family."""
    for family, kind in types.items():
        for suffix in _COUNTING[kind]:
            yield f"{family}_{suffix}", family


def _split(text: str) -> tuple[str, str]:
    """The name of a series and its labels as they are spelled, without braces."""
    name, _, labels = text.partition("{")
    if name:
        return name, labels[:-1]
    found = _QUOTED_NAME.match(labels)
    return (unquoted(found[1]), labels[found.end() : -1]) if found else ("", labels[:-1])


def _without_bound(labels: str) -> str:
    found = _BOUND.match(labels)
    return (found[1] + labels[found.end() :]).rstrip(",") if found else labels
