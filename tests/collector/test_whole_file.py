import errno
import os
from pathlib import Path

import pytest

from collector.errors import OutputError
from collector.whole_file import write_all, write_whole


@pytest.fixture
def full_disk(monkeypatch):
    """The second file finds no room."""
    synced = []

    def fsync(number):
        synced.append(number)
        if len(synced) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)


def test_a_file_is_made_with_its_folders(tmp_path):
    write_whole(tmp_path / "a" / "b" / "c.yml", "느림\n")
    assert (tmp_path / "a" / "b" / "c.yml").read_bytes() == "느림\n".encode()


def test_a_full_disk_is_one_line_and_leaves_what_was_there(tmp_path, full_disk):
    first, second = tmp_path / "a.yml", tmp_path / "new" / "b.yml"
    first.write_text("old")
    with pytest.raises(OutputError, match=r"/new/b\.yml: expected a file that can be written: No space left"):
        write_all({first: "new", second: "new"})
    assert first.read_text() == "old"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.yml"]


def test_a_device_that_is_full_is_one_line():
    with pytest.raises(OutputError, match=r"^/dev/full: expected a file that can be written: No space left"):
        write_whole(Path("/dev/full"), "text")


def test_a_pipe_is_written_to_as_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    end = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", "text")
    assert (os.read(end, 100), (tmp_path / "pipe").is_fifo()) == (b"text", True)
    os.close(end)


@pytest.mark.parametrize(("mode", "kept"), [(0o600, 0o600), (0o664, 0o664)])
def test_a_file_keeps_its_mode(tmp_path, mode, kept):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(mode)
    write_whole(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", kept)


def test_a_file_that_is_closed_to_writers_is_left_alone(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, mode: (Path(path).name, mode) != ("a", os.W_OK))
    with pytest.raises(OutputError, match="Permission denied"):
        write_whole(tmp_path / "a", "new")
    assert (tmp_path / "a").read_text() == "old"


def test_a_new_file_has_the_mode_of_new_files(tmp_path):
    write_whole(tmp_path / "a", "ours")
    (tmp_path / "b").write_text("theirs")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "there").write_text("old")
    (tmp_path / "link").symlink_to("there")
    write_whole(tmp_path / "link", "new")
    assert ((tmp_path / "link").is_symlink(), (tmp_path / "there").read_text()) == (True, "new")


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "expected a file, found a folder"), ("file/a", "Not a directory|File exists"), ("a\0b", "null")],
)
def test_what_is_no_place_for_a_file_is_one_line(tmp_path, name, said):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=said):
        write_whole(tmp_path / name, "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(number):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", "text")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_shell_holds_open_is_added_to(tmp_path, capfd):
    (tmp_path / "out").symlink_to("/dev/stdout")
    write_whole(tmp_path / "out", "text\n")
    assert (capfd.readouterr().out, (tmp_path / "out").is_symlink()) == ("text\n", True)


def test_what_stands_in_a_file_of_ones_own_output_is_kept(tmp_path):
    kept = tmp_path / "log"
    kept.write_text("before\n")
    with kept.open("a") as file:
        write_whole(Path(f"/dev/fd/{file.fileno()}"), "text\n")
    assert (kept.read_text(), list(tmp_path.iterdir())) == ("before\ntext\n", [kept])


def test_a_link_to_itself_is_one_line(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OutputError, match="expected a file that can be written"):
        write_whole(tmp_path / "loop", "text")


def test_one_file_is_not_written_twice(tmp_path):
    (tmp_path / "link").symlink_to("a")
    with pytest.raises(OutputError, match="expected another file than one that is written at the same time"):
        write_all({tmp_path / "a": "text", tmp_path / "link": "other"})
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


@pytest.mark.parametrize(("age_seconds", "left"), [(3700, []), (3500, [".fireline-x.new"])])
def test_what_a_killed_run_left_is_cleared(tmp_path, age_seconds, left):
    write_whole(tmp_path / ".fireline-x.new", "half")
    written = (tmp_path / ".fireline-x.new").stat().st_mtime - age_seconds
    os.utime(tmp_path / ".fireline-x.new", (written, written))
    write_whole(tmp_path / "a", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == [*left, "a"]
