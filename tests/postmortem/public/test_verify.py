"""Documents for people outside are proven by the team's archive."""

import re

import orjson
import pytest
from click.testing import CliRunner

from postmortem.archive.archive import Archive
from postmortem.cli import main
from postmortem.public.told import tell
from postmortem.verify.documents import beside, verify_document
from postmortem.verify.verdict import verify_archive

CHANGES = [
    ("md", "10:15</data> 문제 확인", "10:25</data> 문제 확인"),
    ("md", "1시간 ", "1일 "),
    ("md", "1시간 ", ""),
    ("html", "1시간 ", "1일 "),
    ("html", "10:15</data> 문제 확인", "10:25</data> 문제 확인"),
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
    assert (found.differences, found.theirs) == ((), ())
    assert found.figures >= 15


@pytest.mark.parametrize(("form", "old", "new"), CHANGES)
def test_another_figure_is_a_difference(verify, public, form, old, new):
    text = public["ko", form]
    assert old in text
    assert verify(form, text.replace(old, new, 1)).differences


FIGURE = re.compile(r'<data value="(f\d+)">([^<]*)</data>')


@pytest.mark.parametrize("form", ["md", "html"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_figures_are_called_as_in_the_json(public, form, language):
    stored = {figure["id"] for figure in orjson.loads(public[language, "json"])["figures"]}
    printed = {number for number, _ in FIGURE.findall(public[language, form])}
    assert len(printed) >= 10
    assert printed <= stored


@pytest.mark.parametrize("form", ["md", "html"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_changed_figure_is_named(verify, public, seed_report, form, language):
    share = next(felt.share.id for felt in tell(seed_report).felt)
    number = tell(seed_report).numbers[share]
    text = public[language, form]
    changed = re.sub(rf'(<data value="f{number}">)[^<]*', r"\g<1>0.7%", text, count=1)
    (found,) = verify(form, changed).differences
    assert (found.stored, found.computed.split(" (")[0]) == ("0.7%", share)


def test_a_figure_is_held_to_in_other_words(verify, public):
    text = public["en", "md"]
    (line,) = [line for line in text.splitlines() if "we noticed the problem" in line]
    number, printed = FIGURE.findall(line)[0]
    kept = f'- Somebody called at <data value="{number}">{printed}</data>: we noticed the problem'
    assert verify("md", text.replace(line, kept)).differences == ()
    (lacking,) = verify("md", text.replace(line, "- A caller: we noticed the problem")).differences
    assert lacking.computed == f"{number} ({printed})"


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
