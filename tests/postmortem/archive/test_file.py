import pytest

from postmortem.archive.file import parse_archive
from postmortem.archive.identity import SCHEMA
from postmortem.errors import ArchiveError


@pytest.mark.parametrize("more", ['"a": 1, "a": 1', '"b": [{"a": 1, "a": 2}]'])
def test_a_key_stands_once(more):
    with pytest.raises(ArchiveError, match=r"r\.json: expected each key of an object once, found 'a' twice"):
        parse_archive("r.json", f'{{"schema": "{SCHEMA}", {more}}}')


def test_the_same_key_of_other_objects_is_another():
    archive = parse_archive("r.json", f'{{"schema": "{SCHEMA}", "a": {{"a": 1}}, "b": [{{"a": 1}}]}}')
    assert archive["a"] == {"a": 1}


def test_json_that_is_nested_without_end_is_no_archive():
    with pytest.raises(ArchiveError, match=r"r\.json: expected"):
        parse_archive("r.json", f'{{"schema": "{SCHEMA}", "a": {"[" * 1000}{"]" * 1000}}}')
