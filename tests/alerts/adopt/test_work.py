"""Counters of jobs and tasks: no SLO is guessed of them, and it is told which would do."""

import pytest

from alerts.adopt.work import MOST_NOTES, work_notes


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            ["celery_task_received_total", "celery_task_succeeded_total", "celery_task_failed_total"],
            "total sum(increase(celery_task_succeeded_total[$window])) + "
            "sum(increase(celery_task_failed_total[$window]))",
        ),
        (["jobs_processed_total", "jobs_failed_total"], "if jobs_processed_total counts failures too"),
        (["mail_started_total", "mail_errors_total"], "count what succeeded"),
        (["celery_queue_length"], "a guardrail can watch it"),
        (["app_queue_depth"], "a guardrail can watch it"),
    ],
)
def test_work_is_told_of(names, said):
    (note,) = work_notes(names, {})
    assert said in note


@pytest.mark.parametrize("names", [["jobs_failed_total"], ["jobs_total"], ["queue_length_limit"]])
def test_what_tells_too_little_is_left_alone(names):
    assert work_notes(names, {}) == []


def test_types_go_before_names():
    assert work_notes(["app_queue_depth"], {"app_queue_depth": "histogram"}) == []


def test_there_is_an_end_to_it():
    assert len(work_notes([f"q{n}_queue_depth" for n in range(30)], {})) == MOST_NOTES + 1
