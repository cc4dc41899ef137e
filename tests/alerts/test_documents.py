from pathlib import Path

import pytest

from alerts.documents import MOST_BYTES, read_documents
from alerts.errors import SpecError


def test_a_file_without_end_is_refused_by_name():
    with pytest.raises(
        SpecError, match=r"^/dev/zero: expected a file of at most 16 MiB, found a larger one$"
    ):
        read_documents(Path("/dev/zero"))


def test_a_file_of_just_the_size_is_read(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text(f"a: 1\n#{'x' * (MOST_BYTES - 7)}\n")
    assert [document.content for document in read_documents(path)] == [{"a": 1}]
    path.write_text(f"{path.read_text()}\n")
    with pytest.raises(SpecError, match=r"a\.yml: expected a file of at most 16 MiB"):
        read_documents(path)


@pytest.mark.parametrize("part", ["---\na: 1\n", "- {a: 1}\n"])
def test_a_file_of_too_many_values_is_refused_by_name_and_line(tmp_path, monkeypatch, part):
    monkeypatch.setattr("alerts.documents.MOST_VALUES", 1000)
    path = tmp_path / "a.yml"
    path.write_text(part * 300)
    assert len(read_documents(path)) == 300
    path.write_text(part * 400)
    with pytest.raises(SpecError, match=r"a\.yml: expected YAML: line \d{3}: expected at most 1000 values"):
        read_documents(path)


def test_line_ends_of_windows_are_read(tmp_path):
    path = tmp_path / "a.yml"
    path.write_bytes(b"a: |\r\n  one\r\n  two\r\nb: 1\r\n")
    assert read_documents(path)[0].content == {"a": "one\ntwo\n", "b": 1}
