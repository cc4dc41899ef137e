import errno
import os
import signal

import pytest

from commerce_app.drill.ending import guarded
from commerce_app.drill.errors import OutError
from commerce_app.drill.written import write_whole


@pytest.fixture(autouse=True)
def _own_signals():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def ended(error, capsys):
    def live():
        raise error

    with pytest.raises(SystemExit) as caught:
        guarded(live)
    return caught.value.code, capsys.readouterr().err


def disk_full(name=None):
    return OSError(errno.ENOSPC, "No space left on device", name)


def test_a_folder_that_cannot_be_filled_is_a_mistake(capsys):
    assert ended(OutError("/x: expected another"), capsys) == (2, "fireline: /x: expected another\n")


@pytest.mark.parametrize(
    ("name", "place"), [("out/stack.json", "out/stack.json"), (None, "a file of the drill")]
)
def test_a_full_disk_is_one_line(name, place, capsys):
    assert ended(disk_full(name), capsys) == (1, f"fireline: {place}: No space left on device\n")


def test_a_fault_of_ours_is_not_hidden():
    with pytest.raises(ConnectionRefusedError):
        guarded(lambda: (_ for _ in ()).throw(ConnectionRefusedError(111, "Connection refused")))


def test_a_file_that_the_disk_does_not_take_is_named(tmp_path, monkeypatch):
    def full(_):
        raise disk_full()

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_whole(tmp_path / "stack.json", "{}")
    assert caught.value.filename == str(tmp_path / "stack.json")
