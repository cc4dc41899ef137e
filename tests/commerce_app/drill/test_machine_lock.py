import os

import pytest

from commerce_app.drill.errors import OutError, RunningError
from commerce_app.drill.machine_lock import alone_on_this_machine, lock_file


def test_one_drill_at_a_time_is_lived_through_on_a_machine():
    with (
        alone_on_this_machine(),
        pytest.raises(RunningError, match=rf"on this machine \(process {os.getpid()}\)"),
        alone_on_this_machine(),
    ):
        pass
    with alone_on_this_machine():
        pass


def test_a_link_of_somebodys_is_not_followed(tmp_path):
    (tmp_path / "precious").write_text("mine")
    lock_file().symlink_to(tmp_path / "precious")
    with pytest.raises(OutError, match="expected a file that can be written"), alone_on_this_machine():
        pass
    assert (tmp_path / "precious").read_text() == "mine"
