from pathlib import Path

import pytest

from alerts.documents import MOST_BYTES, Document, Seconds, Strict, read_documents
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


class Part(Strict):
    name: str
    wait: Seconds = 1.0


class Whole(Strict):
    parts: list[Part]
    either: int | str = 1
    title: str = ""


def complaint(content):
    with pytest.raises(SpecError) as caught:
        Document("f.yml", content).parse(Whole)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "f.yml: expected parts, found none"),
        ({"parts": [{}]}, "f.yml: parts.0: expected name, found none"),
        ({"parts": None}, "f.yml: parts: expected a list, found nothing"),
        ({"parts": [], "title": 30}, "f.yml: title: expected text, found 30"),
        ({"parts": ["a"]}, "f.yml: parts.0: expected a mapping, found 'a'"),
        ({"parts": [], "either": []}, "f.yml: either: expected a whole number, found a list"),
        (
            {"parts": [], "titel": "x"},
            "f.yml: unknown key 'titel', expected one of parts, either, title: title is meant?",
        ),
        (
            {"parts": [{"nmae": "a", "wait": 3}], "title": 1},
            "f.yml: parts.0: unknown key 'nmae', expected one of name, wait: name is meant?; "
            "parts.0: expected name, found none; "
            "parts.0.wait: expected a duration such as 30s or 5m, found 3; title: expected text, found 1",
        ),
    ],
)
def test_all_mistakes_of_a_document_are_told_by_their_keys(content, said):
    assert complaint(content) == said


def test_of_many_mistakes_the_first_are_told():
    assert complaint({"parts": [{"name": 1}] * 9}).endswith("expected text, found 1; and 4 more mistakes")
