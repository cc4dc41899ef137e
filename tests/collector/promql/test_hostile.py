"""Queries that harm, asked of another process; more of them: ``python -m tests.promqlfuzz``."""

import pytest

from tests.promqlfuzz.found import FOUND, SUSPECTED
from tests.promqlfuzz.queries import drawn
from tests.promqlfuzz.run import Worker, ask_all


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


@pytest.mark.parametrize("query", FOUND.values(), ids=FOUND)
def test_what_did_harm_once_does_none(worker, query):
    said, harm = worker.ask(query)
    assert harm == ""
    assert said["instant"] in {"answered", "refused"}


def test_what_looks_harmful_is_answered_or_refused(worker):
    assert ask_all(SUSPECTED, worker).findings == []


def test_random_hostile_queries_are_answered_or_refused(worker):
    assert ask_all((drawn(0, number) for number in range(300)), worker).findings == []
