import pytest
from click.testing import CliRunner

from alerts.adopt.cli import adopt_command
from alerts.adopt.write import write
from alerts.errors import SpecError


def run(*arguments):
    return CliRunner().invoke(adopt_command, arguments)


def test_a_url_that_nobody_answers_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr("alerts.adopt.cli._DEADLINE_SECONDS", 0.01)
    outcome = run("--prometheus", "http://127.0.0.1:1", "--out", str(tmp_path))
    assert isinstance(outcome.exception, SpecError)
    assert str(outcome.exception).startswith("--prometheus: http://127.0.0.1:1: ")
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_there_are_kept(tmp_path):
    (tmp_path / "slos.yml").write_text("mine")
    with pytest.raises(SpecError, match=r"slos\.yml: exists already"):
        write(tmp_path, {"report.md": "r", "slos.yml": "s"}, force=False)
    assert not (tmp_path / "report.md").exists()
    write(tmp_path, {"report.md": "r", "slos.yml": "s"}, force=True)
    assert (tmp_path / "slos.yml").read_text() == "s"


def test_a_configuration_is_never_replaced(tmp_path):
    (tmp_path / "fireline.yml").write_text("mine")
    assert write(tmp_path, {"fireline.yml": "new", "report.md": "r"}, force=True) == [tmp_path / "report.md"]
    assert (tmp_path / "fireline.yml").read_text() == "mine"
