"""Keeps what was worked out of label sets: rules and dashboards ask for the same series again and again."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, ParamSpec, TypeVar

from collector.labels import Labels

P = ParamSpec("P")
T = TypeVar("T")

CAPACITY_BYTES = 32 * 1024 * 1024
_ENTRY_BYTES = 1000
_SERIES_BYTES = 200  # without the characters of its labels


class Remembered(Generic[P, T]):
    """A pure function of hashable values, tuples of label sets among them, and its answers.

    They are bounded by the size of the labels, which a query can make long; the oldest goes first. Safe to
    call from several threads.
    """

    def __init__(self, function: Callable[P, T]) -> None:
        self.__doc__ = function.__doc__
        self.held_bytes = 0
        self._function = function
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._changing = threading.Lock()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (*args, *kwargs.values())
        known = self._kept.get(key)
        if known is not None:
            return known[0]
        answer = self._function(*args, **kwargs)
        size_bytes = _ENTRY_BYTES + sum(_bytes_of(arg) for arg in args if isinstance(arg, tuple))
        self._keep(key, answer, size_bytes)
        return answer

    def _keep(self, key: Hashable, answer: T, size_bytes: int) -> None:
        with self._changing:
            if key not in self._kept and size_bytes <= CAPACITY_BYTES:
                self._kept[key] = (answer, size_bytes)
                self.held_bytes += size_bytes
            while self.held_bytes > CAPACITY_BYTES:
                _, (_, dropped_bytes) = self._kept.popitem(last=False)
                self.held_bytes -= dropped_bytes


def _bytes_of(series: tuple[Labels, ...]) -> int:
    """How much memory as many other label sets of the same values take, about."""
    return _SERIES_BYTES * len(series) + sum(len(value) for labels in series for _, value in labels.pairs)
