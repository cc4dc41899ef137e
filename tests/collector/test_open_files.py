from pathlib import Path

import pytest

from collector.open_files import descriptor_of


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/dev/stdout", 1),
        ("/dev/../dev/stderr", 2),
        ("/dev/fd/7", 7),
        ("/proc/self/fd/12", 12),
        ("/dev/null", None),
        ("/dev", None),
        ("review.md", None),
        ("/dev/fd/x", None),
    ],
)
def test_paths_of_open_files(path, number):
    assert descriptor_of(Path(path)) == number


def test_links_are_followed(tmp_path):
    (tmp_path / "out").symlink_to("/dev/stdout")
    (tmp_path / "link").symlink_to("out")
    (tmp_path / "file").symlink_to("there.md")
    assert [descriptor_of(tmp_path / name) for name in ("link", "file")] == [1, None]


def test_a_loop_of_links_is_none(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    assert descriptor_of(tmp_path / "loop") is None
