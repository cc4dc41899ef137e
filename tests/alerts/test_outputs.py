import errno
import os

import pytest
from click.testing import CliRunner

from alerts.ci.accepted import write_accepted
from alerts.cli import EXAMPLES, alerts, replay
from alerts.errors import SpecError
from alerts.outputs import refuse_overwriting, write_output
from collector.errors import OutputError


def test_an_output_is_none_of_the_inputs_whatever_path_leads_to_it(tmp_path):
    rules = tmp_path / "rules.yml"
    rules.write_text("groups: []")
    (tmp_path / "link.yml").symlink_to(rules)
    for same in (rules, tmp_path / "link.yml", tmp_path / "x" / ".." / "rules.yml"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(SpecError, match=r"--out: expected another file than .*rules\.yml, which is read"):
            refuse_overwriting("--out", same, [tmp_path / "other.yml", rules])
    refuse_overwriting("--out", tmp_path / "new.yml", [rules])
    refuse_overwriting("--out", None, [rules])


def test_an_output_is_no_part_of_a_case(tmp_path):
    for name in ("case.yml", "samples.om"):
        (tmp_path / name).write_text("")
        with pytest.raises(SpecError, match="expected a file outside of cases"):
            refuse_overwriting("--chart", tmp_path / name, [])


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["tune", "{slos}", "--out", "{slos}"], "--out"),
        (["backtest", "{slos}", "--cases", "{folder}", "--chart", "{slos}"], "--chart"),
        (["ci", "{slos}", "--accept", "--accepted", "{slos}"], "--accepted"),
        (["budget", "{slos}", "--url", "http://there", "--chart", "{slos}"], "--chart"),
        (["compile", "{slos}", "--out", "{folder}"], "--out"),
    ],
)
def test_commands_leave_what_they_read_as_it_is(tmp_path, arguments, option):
    slos = tmp_path / "shop.slo.yml"
    slos.write_bytes((EXAMPLES / "shop.slo.yml").read_bytes())
    (tmp_path / "shop.rules.yml").symlink_to(slos)  # what compile would write
    filled = [one.format(slos=slos, folder=tmp_path) for one in arguments]
    result = CliRunner().invoke(alerts, filled)
    assert result.exit_code == 2
    assert f"{option}: expected another file than" in result.stderr
    assert slos.read_bytes() == (EXAMPLES / "shop.slo.yml").read_bytes()


def test_a_replay_leaves_the_slos_as_they_are(tmp_path):
    slos = tmp_path / "shop.slo.yml"
    slos.write_bytes((EXAMPLES / "shop.slo.yml").read_bytes())
    result = CliRunner().invoke(replay, ["--slos", str(slos), "--out", str(slos)])
    assert (result.exit_code, "--out: expected another file than" in result.stderr) == (2, True)


def test_an_output_that_cannot_be_written_is_one_line(tmp_path):
    write_output("--out", tmp_path / "new" / "x.yml", "text")
    assert (tmp_path / "new" / "x.yml").read_text() == "text"
    with pytest.raises(SpecError, match=r"--out: .*x\.yml/y: expected a file that can be written: "):
        write_output("--out", tmp_path / "new" / "x.yml" / "y", "text")


def test_an_output_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "tuned.yml"
    path.write_text("before")

    def full(_number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SpecError, match=r"--out: .*tuned\.yml: .*: No space left on device"):
        write_output("--out", path, "after")
    assert [one.read_text() for one in tmp_path.iterdir()] == ["before"]


def test_an_accepted_file_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"accepted\.yml: expected a file that can be written: "):
        write_accepted(tmp_path / "file" / "accepted.yml", {})
    assert write_accepted(tmp_path / "new" / "accepted.yml", {}).is_file()
