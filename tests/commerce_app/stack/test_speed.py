import pytest

from commerce_app.stack.speed import Speed


def figures(speed):
    return {sample.name: sample.value for metric in speed.collect() for sample in metric.samples}


def test_it_adds_up_what_the_work_took():
    speed = Speed(iter([0.003, 0.002, 0.005]).__next__)
    for _ in range(3):
        speed.look()
    assert figures(speed) == {"machine_work_cpu_seconds_total": 0.01, "machine_works_total": 3}


def test_the_work_takes_time_of_the_processor():
    speed = Speed()
    speed.look()
    assert 0 < figures(speed)["machine_work_cpu_seconds_total"] < 10


def test_how_fast_it_is_now_is_the_mean_of_the_last_works():
    speed = Speed(iter([1.0] + [0.002, 0.004] * 10).__next__)
    assert speed.work_seconds_now is None
    for _ in range(21):
        speed.look()
    assert speed.work_seconds_now == pytest.approx(0.003)
