"""Series that senders write to, remembered by the bytes of their labels."""

from collections import Counter
from collections.abc import Callable
from itertools import islice

from collector.errors import RemoteWriteError
from collector.labels import Labels
from collector.remotewrite.wire import label_pairs
from collector.sample_line import MAX_LABELS

_REMEMBERED = 200_000
_LONGEST_REMEMBERED = 2048
_SHOWN = 120
_LONGEST = 1024 * 1024  # bytes of a series' labels, as of a line of a page


class InvalidLabelsError(RemoteWriteError):
    """Labels that no series may have: which, and why."""


class KnownSeries:
    """Numbers of series by their raw labels. A sender spells a series the same way each time.

    number_of: the store's number of a series, made where it is new.
    """

    def __init__(self, number_of: Callable[[Labels], int]) -> None:
        self._number_of = number_of
        self.numbers: dict[bytes, int] = {}

    def learn(self, raw: bytes, labels: Labels) -> int:
        """The number of a series that is not in ``numbers`` yet. labels: ``checked_labels`` of ``raw``."""
        number = self._number_of(labels)
        if len(raw) <= _LONGEST_REMEMBERED:
            if len(self.numbers) >= _REMEMBERED:
                self.numbers.clear()
            self.numbers[raw] = number
        return number


def checked_labels(raw: bytes) -> Labels:
    """The labels of a series; those with an empty value do not exist.

    Raises:
        InvalidLabelsError: for labels that no series may have.
        RemoteWriteError: for what is no protobuf.
    """
    if len(raw) > _LONGEST:
        raise InvalidLabelsError(f"invalid labels: {len(raw)} bytes: expected at most {_LONGEST}")
    try:
        pairs = list(islice(label_pairs(raw), MAX_LABELS + 1))
    except UnicodeDecodeError as error:
        raise InvalidLabelsError(f"invalid labels: no UTF-8: {raw[:_SHOWN]!r}") from error
    if len(pairs) > MAX_LABELS:
        raise InvalidLabelsError(f"invalid labels: expected at most {MAX_LABELS}, found more")
    labels = Labels(pairs)
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name, times in Counter(names).items() if times > 1)
        raise InvalidLabelsError(f"invalid labels: {twice!r} occurs twice in {_shown(labels)}")
    if not labels.metric:
        raise InvalidLabelsError(f"invalid labels: no metric name in {_shown(labels)}")
    if "" in names:
        raise InvalidLabelsError(f"invalid labels: label name '' in {_shown(labels)}")
    return labels


def _shown(labels: Labels) -> str:
    text = str(labels)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
