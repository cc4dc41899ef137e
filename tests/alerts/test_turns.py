import threading

import pytest

from alerts.errors import StorageError
from alerts.turns import Turns


class Waits(Turns):
    """Says when somebody has begun to wait."""

    def __init__(self):
        super().__init__()
        self.begun = threading.Semaphore(0)
        appended = self._waiting

        class Told(type(appended)):
            def append(_, turn):
                super().append(turn)
                self.begun.release()

        self._waiting = Told()


def test_turns_come_in_the_order_they_were_asked_for():
    turns, order = Waits(), []

    def write(number):
        with turns.mine():
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(5)]
    with turns.mine():
        for thread in threads:
            thread.start()
            assert turns.begun.acquire(timeout=20)
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_whoever_asks_again_at_once_is_behind_those_who_wait():
    turns, order = Waits(), []

    def page():
        with turns.mine():
            order.append("page")

    thread = threading.Thread(target=page)
    with turns.mine():
        thread.start()
        assert turns.begun.acquire(timeout=20)
    with turns.mine():
        order.append("storm")
    thread.join()
    assert order == ["page", "storm"]


def test_turn_that_does_not_come_is_an_error_and_harms_nobody():
    turns = Turns(longest_wait_seconds=0.0)
    with turns.mine(), pytest.raises(StorageError, match="others write for 0 s"), turns.mine():
        pass
    with turns.mine():
        pass


def test_failed_work_ends_its_turn():
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.mine():
        raise ZeroDivisionError
    with turns.mine():
        pass
