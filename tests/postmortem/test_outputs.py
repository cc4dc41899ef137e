import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from postmortem.archive.archive import Archive
from postmortem.cli import main
from postmortem.errors import OutputError
from postmortem.outputs import check_output, refuse_same


@pytest.fixture(scope="module")
def archived(seed_report):
    return Archive.of(seed_report).text


@pytest.mark.parametrize("command", [["report"], ["report", "--public"], ["notice", "--kind", "customer"]])
def test_an_archive_is_not_written_over_by_what_is_made_from_it(tmp_path, archived, command):
    path = tmp_path / "review.json"
    path.write_text(archived, encoding="utf-8")
    (tmp_path / "link.md").symlink_to(path)
    for out in (path, tmp_path / "link.md"):
        result = CliRunner().invoke(main, [*command, "--archive", str(path), "--out", str(out)])
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert f"--out {out}: expected another file than {path}, which is read" in result.stderr
    assert path.read_text(encoding="utf-8") == archived


def test_one_of_several_files_is_enough_to_write_none(tmp_path, archived):
    path = tmp_path / "review.json"
    path.write_text(archived, encoding="utf-8")
    outs = ["--out", str(tmp_path / "review.md"), "--out", str(path)]
    assert CliRunner().invoke(main, ["report", "--archive", str(path), *outs]).exit_code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["review.json"]


@pytest.mark.parametrize("name", ["case.yml", "events.json", "samples.om"])
def test_a_case_is_not_written_over(tmp_path, name):
    for part in ("case.yml", "events.json", "samples.om"):
        (tmp_path / part).write_text(json.dumps([]), encoding="utf-8")
    out = tmp_path / name
    result = CliRunner().invoke(main, ["report", "--case", str(tmp_path), "--out", str(out)])
    assert (result.exit_code, "which is read" in result.stderr) == (2, True)
    assert out.read_text(encoding="utf-8") == "[]"


@pytest.mark.parametrize("option", ["--rules", "--signals", "--templates"])
def test_nor_is_anything_else_that_is_read(tmp_path, option):
    out = tmp_path / "ko.yml"
    out.write_text("messages: {}", encoding="utf-8")
    given = str(tmp_path if option == "--templates" else out)
    source = ["--case", "seed-2025-09-03", option, given]
    result = CliRunner().invoke(main, ["report", *source, "--out", str(out)])
    assert (result.exit_code, "which is read" in result.stderr) == (2, True)


def test_a_file_in_some_case_is_none_to_write(tmp_path):
    for name in ("case.yml", "old.md"):
        (tmp_path / name).write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="expected a file outside of cases"):
        check_output(tmp_path / "old.md", [])
    check_output(tmp_path / "new.md", [tmp_path / "case.yml"])


def test_no_folders_are_made_for_a_link_that_leads_nowhere(tmp_path):
    (tmp_path / "link.md").symlink_to(tmp_path / "no" / "where.md")
    (tmp_path / "loop.md").symlink_to("loop.md")
    for name in ("link.md", "loop.md"):
        with pytest.raises(OutputError, match=f"{name}: expected a file, found a link that leads to none"):
            check_output(tmp_path / name, [])


@pytest.mark.parametrize("name", ["-", "x" * 300])
def test_what_is_no_name_of_a_file_is_one_line(name):
    with pytest.raises(OutputError, match=r"^--out .+: expected a file"):
        check_output(Path(name), [])


@pytest.mark.parametrize("second", ["a.md", "o/../a.md", "link.md"])
def test_one_file_is_named_once(tmp_path, second):
    (tmp_path / "o").mkdir()
    (tmp_path / "link.md").symlink_to("a.md")
    with pytest.raises(OutputError, match="expected another file than --out"):
        refuse_same([tmp_path / "a.md", tmp_path / "b.md", Path(f"{tmp_path}/{second}")])


def test_the_standard_output_takes_several():
    refuse_same([Path("/dev/stdout"), Path("/dev/stdout")])
    check_output(Path("/dev/stdout"), [])
