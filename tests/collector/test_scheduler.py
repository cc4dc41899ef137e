import asyncio
import threading

import pytest

from collector.scheduler import Scheduler, scrape_time, slot_of


@pytest.mark.parametrize(
    ("at", "interval", "offset", "expected"),
    [(100.0, 15.0, 3.0, 93.0), (93.0, 15.0, 3.0, 93.0), (92.999, 15.0, 3.0, 78.0), (2.0, 15.0, 3.0, -12.0)],
)
def test_a_slot_is_the_latest_aligned_time(at, interval, offset, expected):
    assert slot_of(at, interval, offset) == expected


@pytest.mark.parametrize(
    ("at", "expected"), [(93.001, 93.0), (92.9985, 93.0), (93.003, 93.003), (100.0, 100.0)]
)
def test_a_scrape_close_to_its_slot_takes_the_slots_time(at, expected):
    assert scrape_time(at, 15.0, 3.0) == expected


async def nothing():
    return None


def test_jobs_run_on_their_threads_until_the_end():
    scheduler = Scheduler()
    ran = {"io": threading.Event(), "rules": threading.Event()}
    names = {}

    def note(kind):
        names[kind] = threading.current_thread().name
        ran[kind].set()

    async def io():
        note("io")

    scheduler.start()
    scheduler.every("io", 0.02, 0.0, io)
    scheduler.every_in_thread("rules", 0.02, 0.0, lambda: note("rules"))
    assert all(event.wait(5) for event in ran.values())
    scheduler.stop(nothing)
    assert names["io"] == "collector-io"
    assert names["rules"] != "collector-io"
    assert "collector-io" not in {thread.name for thread in threading.enumerate()}


def test_a_slow_job_delays_no_other():
    scheduler = Scheduler()
    ran = threading.Event()

    async def slow():
        await asyncio.Event().wait()

    async def quick():
        ran.set()

    scheduler.start()
    scheduler.every("slow", 0.02, 0.0, slow)
    scheduler.every("quick", 0.02, 0.01, quick)
    assert ran.wait(5)
    scheduler.stop(nothing)
