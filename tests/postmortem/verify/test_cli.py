import json

import pytest
from click.testing import CliRunner

from postmortem.cli import main
from tests.postmortem.test_cli import url  # noqa: F401  a fixture


@pytest.fixture
def folder(tmp_path, stored, documents):
    """A report as JSON with its documents beside it."""
    (tmp_path / "report.json").write_text(json.dumps(stored), encoding="utf-8")
    for name, text in documents.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_holds_is_exit_code_0(folder):
    result = run(folder / "report.json")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].endswith("figures on 33 series, as computed anew")
    assert result.output.count(" figures printed\n") == 4


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("report.json", '"rises": true', '"rises": false'),
        ("report.json", '"fetched_at": 1756867200.0', '"fetched_at": 1756867201.0'),
        ("report.ko.md", "[2025-09-03 10:04:30]", "[2025-09-03 10:00:00]"),
        ("report.en.html", 'viewBox="0 0 7', 'viewBox="0 0 8'),
        ("report.en.html", "base64,e", "base64,f"),
    ],
)
def test_what_does_not_is_exit_code_1(folder, name, old, new):
    change(folder / name, old, new)
    result = run(folder / "report.json")
    assert result.exit_code == 1
    assert ": stored " in result.output


def test_differences_come_as_json_too(folder):
    change(folder / "report.en.md", "[99%]", "[99.9%]")
    result = run(folder / "report.json", "--format", "json")
    told = json.loads(result.output)
    assert (result.exit_code, told["figures"] > 100, told["series"]) == (1, True, 33)
    assert told["differences"][0]["stored"] == "99.9%"
    counts = told["documents"][str(folder / "report.ko.md")]
    assert set(counts) == {"figures", "changed_lines", "lines_by_people", "missing_lines", "moved_lines"}


def test_lines_that_are_gone_or_elsewhere_are_a_note(folder):
    path = folder / "report.en.md"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [n for n, line in enumerate(lines) if line.startswith("- [2025")]
    kept = [line for line in lines if "Order availability" not in line]
    lines[rows[0]], lines[rows[5]] = lines[rows[5]], lines[rows[0]]
    path.write_text("".join(lines), encoding="utf-8")
    (folder / "report.cut.md").write_text("".join(kept), encoding="utf-8")
    result = run(folder / "report.json", "--format", "json")
    told = json.loads(result.output)
    assert (result.exit_code, told["documents"][str(path)]["moved_lines"]) == (0, 2)
    gone = len(lines) - len(kept)
    assert f"{folder / 'report.cut.md'}: {gone} generated lines are missing" in told["notes"]
    assert f"{path}: 2 generated lines are not in their place" in run(folder / "report.json").output


def test_lines_by_people_are_told_by_their_numbers(folder):
    path = folder / "report.en.md"
    path.write_text(
        "Ours.\nAnd more.\n" + path.read_text(encoding="utf-8") + "\nThe end.\n", encoding="utf-8"
    )
    last = len(path.read_text(encoding="utf-8").splitlines())
    result = run(folder / "report.json", "--document", path)
    assert f" printed, 3 lines by people: 1-2, {last}\n" in result.output
    told = json.loads(run(folder / "report.json", "--document", path, "--format", "json").output)
    assert told["documents"][str(path)]["lines_by_people"] == [1, 2, last]


def test_a_page_proves_itself(folder):
    page = folder / "elsewhere.html"
    (folder / "report.ko.html").rename(page)
    assert run(page).exit_code == 0
    change(page, ">2.3초</a>", ">1.3초</a>")
    assert run(page).exit_code == 1


def test_only_the_documents_named_are_looked_at(folder):
    change(folder / "report.en.md", "[99%]", "[99.9%]")
    assert run(folder / "report.json", "--document", folder / "report.ko.md").exit_code == 0


def test_another_firelines_conclusions_are_not_judged(folder):
    change(folder / "report.json", '"made_by": "fireline', '"made_by": "fireline 0.0')
    result = run(folder / "report.json", "--document", folder / "report.ko.md")
    assert "conclusions were not drawn again" in result.output
    assert result.exit_code == 1  # by its digest


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.json"], "nowhere.json: expected a file that can be read: No such file"),
        (["report.ko.md"], "expected the JSON of `postmortem report --format json`"),
        (["other.json"], 'expected an archive with "schema": "fireline.postmortem/1", found None'),
        (["report.json", "--document", "report.json"], "expected a file that ends in .md or .html"),
        (["report.json", "--url", "http://127.0.0.1:9"], "127.0.0.1:9"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(folder, monkeypatch, arguments, says):
    (folder / "other.json").write_text("{}")
    monkeypatch.chdir(folder)
    monkeypatch.setattr("postmortem.verify.cli._TRYING_SECONDS", 0.01)
    result = run(*arguments)
    assert (result.exit_code, result.output.count("\n")) == (2, 1), result.output
    assert says in result.output


def test_a_server_is_asked_again(folder, url):  # noqa: F811  the fixture above
    assert run(folder / "report.json", "--url", url).exit_code == 0


def test_documents_can_be_made_from_the_archive_alone(folder, documents):
    out = folder / "again.md"
    arguments = [
        "--archive",
        folder / "report.json",
        "--out",
        out,
        "--lang",
        "ko",
        "--time-zone",
        "Asia/Seoul",
    ]
    result = CliRunner().invoke(main, ["report", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    assert out.read_text(encoding="utf-8") == documents["report.ko.md"]
