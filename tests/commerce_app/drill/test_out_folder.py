import pytest

from commerce_app.drill.errors import OutError, RunningError
from commerce_app.drill.out_folder import filling


def test_one_drill_at_a_time_fills_a_folder(tmp_path):
    out = tmp_path / "out"
    with filling(out), pytest.raises(RunningError, match="out: another drill is filling it"), filling(out):
        pass
    with filling(out), filling(out / "acts"):
        pass


@pytest.mark.parametrize("name", ["file", "file/out"])
def test_what_cannot_be_filled_is_named(tmp_path, name):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutError, match=f"{name}: expected a folder that can be filled"),
        filling(tmp_path / name),
    ):
        pass
