"""The one thread that parses, commits and publishes; everybody else hands it work."""

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from collector.errors import CollectorError, StoreError
from collector.frames import without_frames
from collector.steps import Steps
from collector.store.batches import Batch
from collector.store.durable import SampleStore
from collector.storing import Storing

logger = logging.getLogger(__name__)

T = TypeVar("T")
_TOGETHER = 64
_WAITING = 10_000
# For so long one page is read before others have their turn.
_TURN_SECONDS = 0.05

Prepare = Callable[[], tuple[Batch, T] | Steps[tuple[Batch, T]]]


@dataclass(frozen=True)
class _Work(Generic[T]):
    prepare: Prepare[T]
    rescue: Callable[[Exception], tuple[Batch, T]] | None
    undo: Callable[[], None] | None
    done: "Future[T]"


_Prepared = tuple[_Work[Any], Batch, Any]


class Ingester:
    """Runs work in the order it came; what waits together is committed in one transaction.

    Work in steps that takes long is done in turns, between which other work is, and what is new of its series
    is kept. A future resolves only after its samples are durable and visible to queries. ``storing`` says
    whether the newest samples could be kept. ``monotonic`` gives seconds.
    """

    def __init__(self, store: SampleStore, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._begun: deque[tuple[_Work[Any], Steps[tuple[Batch, Any]]]] = deque()
        self._queue: queue.Queue[_Work[Any] | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, name="collector-ingest", daemon=True)
        self.failures = 0
        self.storing = Storing()
        self._cutting_reason = ""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finishes what waits, then ends."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def submit(
        self,
        prepare: Prepare[T],
        rescue: Callable[[Exception], tuple[Batch, T]] | None = None,
        undo: Callable[[], None] | None = None,
    ) -> "Future[T]":
        """Runs ``prepare`` on the ingest thread; its future gives the second part of its answer.

        rescue: answers instead where ``prepare`` raises what nobody expected, which is logged and counted.
        undo: takes back what ``prepare`` noted, where its samples could not be kept.
        """
        work: _Work[T] = _Work(prepare, rescue, undo, Future())
        self._queue.put_nowait(work)
        return work.done

    def _run(self) -> None:
        ended = False
        while not ended or self._begun:
            taken = [] if ended else self._taken()
            ended = ended or None in taken
            turns = [self._begun.popleft()] if self._begun else []
            turns += [(work, _steps_of(work)) for work in taken if work is not None and _is_wanted(work)]
            prepared = [self._prepared(work, steps) for work, steps in turns]
            self._commit([done for done in prepared if done is not None])

    def _taken(self) -> list[_Work[Any] | None]:
        """What waits; waits for some, where there is nothing else to do."""
        taken = [] if self._begun else [self._queue.get()]
        while len(taken) < _TOGETHER and not self._queue.empty():
            taken.append(self._queue.get())
        return taken

    def _commit(self, prepared: "list[_Prepared]") -> None:
        if (error := self._write([batch for _, batch, _ in prepared])) is not None:
            for work, _, _ in prepared:
                if work.undo is not None:
                    work.undo()
                work.done.set_exception(without_frames(error))
            return
        for work, _, answer in prepared:
            work.done.set_result(answer)
        self._seal()

    def _write(self, batches: list[Batch]) -> Exception | None:
        """What went wrong, if anything."""
        try:
            self._store.write(batches)
        except StoreError as error:
            self.failures += 1
            self.storing.failed(str(error))
            return error
        except Exception as error:  # whatever it is, the thread goes on
            self.failures += 1
            reason = f"samples cannot be stored: {error!r}"
            if reason != self.storing.reason:
                logger.exception("keeping samples failed")
            self.storing.failed(reason)
            return error
        if any(batch.rows or batch.points for batch in batches):
            self.storing.worked()
        return None

    def _prepared(self, work: _Work[T], steps: Steps[tuple[Batch, T]]) -> _Prepared | None:
        """One target's broken page must not stop the others: whatever it raises goes to its own future."""
        try:
            answer = self._after_a_turn(work, steps)
        except Exception as error:
            if not isinstance(error, CollectorError):
                self.failures += 1
                logger.exception("preparing samples failed")
            work.done.set_exception(without_frames(error))
            return None
        if answer is None:
            self._begun.append((work, steps))
            return None
        return (work, *answer)

    def _after_a_turn(self, work: _Work[T], steps: Steps[tuple[Batch, T]]) -> tuple[Batch, T] | None:
        """The answer; None while there is more to do for it."""
        until = self._monotonic() + _TURN_SECONDS
        try:
            while self._monotonic() < until:
                next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # as the steps are typed
        except Exception as error:
            if isinstance(error, CollectorError) or work.rescue is None:
                raise
            self.failures += 1
            logger.exception("preparing samples failed")
            return work.rescue(error)
        return None

    def _seal(self) -> None:
        try:
            self._store.seal()
        except Exception as error:  # what could not be cut stays as it was
            self.failures += 1
            if repr(error) != self._cutting_reason:
                logger.exception("cutting blocks failed")
            self._cutting_reason = repr(error)
        else:
            self._cutting_reason = ""


def _steps_of(work: _Work[T]) -> Steps[tuple[Batch, T]]:
    answer = work.prepare()
    return (yield from answer) if isinstance(answer, Generator) else answer


def _is_wanted(work: _Work[Any]) -> bool:
    """Whether the work is still to be done; from now on its waiter can no longer take it back."""
    return work.done.set_running_or_notify_cancel()
