import pytest

from commerce_app.stack import binaries
from commerce_app.stack.binaries import k6_program, postgres_folder, valkey_program
from commerce_app.stack.errors import MissingBinaryError


@pytest.fixture
def bare_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", tmp_path)
    monkeypatch.setattr(binaries, "_package_folder", lambda _: None)
    monkeypatch.setattr(binaries.sys, "executable", str(tmp_path / "python"))
    return tmp_path


def make_postgres(folder):
    folder.mkdir(parents=True)
    for program in binaries.POSTGRES_PROGRAMS:
        (folder / program).touch()
    return folder


@pytest.mark.parametrize("find", [postgres_folder, valkey_program, k6_program])
def test_a_missing_program_says_where_it_was_expected(bare_machine, find):
    with pytest.raises(MissingBinaryError, match=r"expected .* on PATH"):
        find()


def test_the_newest_system_version_is_taken(bare_machine):
    make_postgres(bare_machine / "9" / "bin")
    newest = make_postgres(bare_machine / "15" / "bin")
    assert postgres_folder() == newest


def test_the_bundled_one_is_taken_when_the_system_has_none(bare_machine, monkeypatch):
    bundled = make_postgres(bare_machine / "pgserver" / "pginstall" / "bin")
    monkeypatch.setattr(binaries, "_package_folder", lambda name: bare_machine / name)
    assert postgres_folder() == bundled
