import pytest

from commerce_app.stack.allowance import REFERENCE_WORK_SECONDS, Allowances, share_now
from commerce_app.stack.groups import Group, read_groups, write_groups
from commerce_app.stack.speed import Speed


def speed_of(seconds):
    speed = Speed(lambda: seconds)
    speed.look()
    return speed


def test_a_slower_machine_gives_more_of_a_core():
    assert share_now(0.2, REFERENCE_WORK_SECONDS, 1) == pytest.approx(0.2)
    assert share_now(0.2, 2 * REFERENCE_WORK_SECONDS, 1) == pytest.approx(0.4)
    assert share_now(0.2, REFERENCE_WORK_SECONDS / 4, 1) == pytest.approx(0.05)


def test_there_is_no_more_than_all_of_it():
    assert share_now(0.8, 2 * REFERENCE_WORK_SECONDS, 1) == 1


def test_before_the_machine_was_measured_it_counts_as_the_reference():
    assert share_now(0.2, None, 1) == pytest.approx(0.2)


def test_a_group_without_a_share_has_its_cores(tmp_path):
    allowances = Allowances(tmp_path / "groups.json", speed_of(1.0))
    assert allowances.cores(Group((1,), 2)) == 2
    assert allowances.cores(Group((1,), 2, 0.1)) == 2
    assert Allowances(tmp_path, speed_of(REFERENCE_WORK_SECONDS)).cores(Group((1,), 2, 0.1)) == pytest.approx(
        0.1
    )


def test_groups_are_read_as_they_were_written(tmp_path):
    groups = {"replica": Group((7, 8), 1, 0.2), "shop": Group((9,), 1)}
    write_groups(tmp_path / "groups.json", groups)
    assert read_groups(tmp_path / "groups.json") == groups
