"""Documents for people outside are proven by the team's archive."""

import orjson
import pytest
from click.testing import CliRunner

from postmortem.archive import Archive
from postmortem.cli import main
from postmortem.verify.documents import beside, verify_document
from postmortem.verify.verdict import verify_archive

CHANGES = [
    ("md", "10:15 문제 확인", "10:25 문제 확인"),
    ("md", "1시간 ", "1일 "),
    ("md", "1시간 ", ""),
    ("html", "1시간 ", "1일 "),
    ("html", "10:15 문제 확인", "10:25 문제 확인"),
    ("json", '"kind": "failed"', '"kind": "slow"'),
]


@pytest.fixture(scope="module")
def verify(seed_report):
    archive = orjson.loads(Archive.of(seed_report).text)
    verdict = verify_archive(archive)
    return lambda form, text: verify_document(f"review.public.{form}", text, archive, verdict)


@pytest.mark.parametrize("form", ["md", "html", "json"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_they_say_what_the_archive_does(verify, public, language, form):
    found = verify(form, public[language, form])
    assert (found.differences, found.theirs) == ((), 0)
    assert found.figures >= 15


@pytest.mark.parametrize(("form", "old", "new"), CHANGES)
def test_another_figure_is_a_difference(verify, public, form, old, new):
    text = public["ko", form]
    assert old in text
    assert verify(form, text.replace(old, new, 1)).differences


def test_every_value_of_the_json_is_looked_at(verify, public):
    stored = orjson.loads(public["ko", "json"])
    for figure in stored["figures"]:
        value, figure["value"] = figure["value"], figure["value"] * 1.01
        assert verify("json", orjson.dumps(stored).decode()).differences, figure["id"]
        figure["value"] = value


def test_what_people_add_is_theirs(verify, public):
    stored = orjson.loads(public["en", "json"])
    stored |= {"cause": "A part was overloaded.", "next": ["We add more of it."]}
    assert verify("json", orjson.dumps(stored).decode()).differences == ()


def test_of_another_archive(verify, public):
    digest = orjson.loads(public["ko", "json"])["archive"]
    for form in ("md", "json"):
        text = public["ko", form].replace(digest, "0" * 64)
        assert [one.place for one in verify(form, text).differences] == [
            f"review.public.{form}: the archive it was made from"
        ]


def test_by_command(tmp_path, seed_report):
    archive = tmp_path / "review.json"
    archive.write_text(Archive.of(seed_report).text, encoding="utf-8")
    outs = [tmp_path / f"review.public.{form}" for form in ("html", "json", "md")]
    arguments = [part for out in outs for part in ("--out", str(out))]
    made = CliRunner().invoke(main, ["report", "--archive", str(archive), "--public", *arguments])
    assert made.exit_code == 0, made.output
    assert list(beside(archive)) == outs
    proven = CliRunner().invoke(main, ["verify", str(archive)])
    assert (proven.exit_code, proven.output.count("figures printed")) == (0, 3), proven.output


def test_alone_a_public_file_proves_nothing(tmp_path, public):
    path = tmp_path / "public.json"
    path.write_text(public["en", "json"], encoding="utf-8")
    result = CliRunner().invoke(main, ["verify", str(path)])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "a public report; expected its archive, with --document" in result.output
