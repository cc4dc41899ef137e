"""What becomes of a case while another takes its place."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.ci.case_folder import new_case
from alerts.errors import SpecError

KILLED = """
import os, sys
from pathlib import Path
from alerts.ci.case_folder import new_case
rename = Path.rename
def renamed(self, to):
    moved = rename(self, to)
    if str(to).endswith("former") or "early" in sys.argv:
        os.kill(os.getpid(), 9)
    return moved
Path.rename = renamed
with new_case(Path(sys.argv[1]), "q", replaces=True) as folder:
    (folder / "case.yml").write_text("new")
    if "early" in sys.argv:
        os.kill(os.getpid(), 15)
"""


@pytest.fixture
def cases(tmp_path):
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "case.yml").write_text("former: 1")
    return tmp_path


def written(cases):
    return {str(path.relative_to(cases)): path.read_text() for path in cases.rglob("*") if path.is_file()}


def replace(cases, **more):
    with new_case(cases, "q", replaces=True, **more) as folder:
        (folder / "case.yml").write_text("new: 1")


def failing(monkeypatch, after, error):
    """Renames that fail from the one after that to ``after`` on."""
    rename, failed = Path.rename, []

    def renamed(self, to):
        if failed:
            raise failed[0]
        moved = rename(self, to)
        if str(to).endswith(after):
            failed.append(error)
            if isinstance(error, KeyboardInterrupt):
                failed.clear()
                raise error
        return moved

    monkeypatch.setattr(Path, "rename", renamed)


def test_the_new_case_takes_the_place_of_the_former(cases):
    replace(cases)
    assert written(cases) == {"q/case.yml": "new: 1"}


def test_an_interrupted_exchange_leaves_the_former_case(cases, monkeypatch):
    failing(monkeypatch, "former", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        replace(cases)
    assert written(cases) == {"q/case.yml": "former: 1"}


def test_a_former_case_that_cannot_be_put_back_is_kept_for_the_next_run(cases, monkeypatch, capsys):
    with monkeypatch.context() as patched:
        failing(patched, "former", OSError(5, "I/O error"))
        with pytest.raises(
            SpecError,
            match=r"q: cannot be written: I/O error; what it was is in .*/former until the next freeze",
        ):
            replace(cases)
    assert list(written(cases).values()).count("former: 1") == 1
    with pytest.raises(SpecError, match="or --force to replace"), new_case(cases, "q"):
        pass
    assert written(cases) == {"q/case.yml": "former: 1"}
    assert "q: is back: it was taken away by a freeze --force that was killed" in capsys.readouterr().err


@pytest.mark.parametrize(("mode", "code"), [("late", signal.SIGKILL), ("early", signal.SIGTERM)])
def test_what_a_killed_run_left_is_put_in_order_by_the_next(cases, mode, code):
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(cases), mode], check=False, env={**os.environ, "PYTHONPATH": "."}
    )
    assert ended.returncode == -code
    assert len(list(cases.glob(".q.*"))) == 1
    with pytest.raises(SpecError, match="or --force to replace"), new_case(cases, "q"):
        pass
    assert written(cases) == {"q/case.yml": "former: 1"}
    assert list(cases.glob(".q.*")) == []


def test_a_run_under_way_and_what_is_not_ours_stay(cases):
    (cases / ".q.elsenote").mkdir()
    (cases / ".q.elsenote" / "notes.md").write_text("mine")
    with new_case(cases, "q", replaces=True) as folder:
        (folder / "case.yml").write_text("slow: 1")
        replace(cases)
    assert written(cases) == {"q/case.yml": "slow: 1", ".q.elsenote/notes.md": "mine"}


@pytest.mark.parametrize("replaces", [False, True])
def test_what_appeared_meanwhile_is_not_replaced(tmp_path, replaces):
    def freeze_beside_another():
        with new_case(tmp_path, "q", replaces=replaces) as folder:
            (folder / "case.yml").write_text("new: 1")
            (tmp_path / "q").mkdir()
            (tmp_path / "q" / "case.yml").write_text("other: 1")
            (tmp_path / "q" / "notes.md").write_text("mine")

    with pytest.raises(SpecError, match="q: expected a "):
        freeze_beside_another()
    assert written(tmp_path) == {"q/case.yml": "other: 1", "q/notes.md": "mine"}
