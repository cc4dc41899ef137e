"""A team's own words: the example of the docs, and each mistake in them."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from click.testing import CliRunner

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.archive.identity import Audience
from postmortem.cli import main
from postmortem.errors import TemplateError
from postmortem.markdown import render_markdown
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive
from postmortem.words.overrides import read_templates
from postmortem.writers import write_for

DOCS = (Path(__file__).parents[3] / "docs" / "postmortem.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```yaml\n# (\w+\.yml)\n(.*?)```", DOCS, re.DOTALL))
UTC = ZoneInfo("UTC")


@pytest.fixture
def folder(tmp_path):
    """The example of the docs as files."""
    path = tmp_path / "templates"
    path.mkdir()
    for name, text in EXAMPLES.items():
        (path / name).write_text(text, encoding="utf-8")
    return path


def headings(text):
    return re.findall(r"^##? (.*)$", text, re.MULTILINE)


def test_the_docs_example_orders_the_report(folder, seed_report):
    document = write_for(Audience.TEAM, seed_report, Language.EN, UTC, templates=read_templates(folder))
    text = render_markdown(document)
    assert headings(text)[1:] == ["Incident overview", "Metrics (summary)", "See also", "Analysis"]
    assert "## See also\n\n- Our runbook\n" in text


def test_the_docs_example_speaks_to_the_public(folder, seed_report):
    document = write_for(Audience.PUBLIC, seed_report, Language.EN, UTC, templates=read_templates(folder))
    text = render_markdown(document)
    assert headings(text)[0] == "What happened on 2025-09-03"
    assert headings(text)[1:] == ["Summary", "Impact", "What we did, and what we will do"]
    assert "- Placing orders: " in text
    assert "- ‘Order latency’: " in text


def test_the_docs_example_speaks_to_customers(folder, seed_report):
    words = read_templates(folder)
    document = write_for(Audience.CUSTOMER_AFTER, seed_report, Language.EN, UTC, templates=words)
    assert render_markdown(document).startswith("# Orders work again\n\nHello from Example Shop,\n")


def test_what_is_not_said_stays_as_it_ships(folder, seed_report):
    (folder / "sections.yml").unlink()
    document = write_for(Audience.TEAM, seed_report, Language.KO, UTC, templates=read_templates(folder))
    assert document == write_for(Audience.TEAM, seed_report, Language.KO, UTC)


@pytest.mark.parametrize("audience", [Audience.TEAM, Audience.PUBLIC, Audience.SUPPORT_AFTER])
def test_verify_knows_the_words(folder, seed_report, audience):
    words = read_templates(folder)
    text = render_markdown(write_for(audience, seed_report, Language.EN, UTC, templates=words))
    archive = orjson.loads(Archive.of(seed_report).text)
    found = verify_document("r.md", text, archive, verify_archive(archive), words)
    assert (found.differences, found.theirs) == ((), ())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("en.yml", "public.titel: x", "en.yml: public.titel: expected a key of the shipped messages"),
        ("en.yml", "public.titel: x", "public.title is meant?"),
        ("en.yml", "public.title: '{date}'", "en.yml: public.title: expected {day}, found {date}"),
        ("en.yml", "public.title: '{day.x}'", "expected {day}, found {day.x}"),
        ("en.yml", "public.title: '{day!r}'", "public.title: expected {name} for a value"),
        ("en.yml", "public.title: '{day'", "public.title: expected {name} for a value"),
        ("ko.yml", "public.title: '{day:을}'", "expected one of 은/는, 이/가"),
        ("ko.yml", "feature.x: '{a}'", "feature.x: expected no placeholder, found {a}"),
        ("ko.yml", "public.title: 3", "ko.yml: public.title: expected one line of text"),
        ("ko.yml", 'public.title: "a\\nb"', "ko.yml: public.title: expected one line of text"),
        ("ko.yml", "archive: x", "ko.yml: archive: expected another key"),
        ("ko.yml", "- x", "ko.yml: expected a YAML mapping"),
        ("sections.yml", "team: [overview]", "sections.yml: team: expected one of report, public"),
        ("sections.yml", "report: overview", "sections.yml: report: expected a list of sections"),
        ("sections.yml", "report: [impact]", "report[0]: expected one of overview, recovery"),
        ("sections.yml", "report: [{title: x}]", "report[0]: expected the name of a section, or `title` and"),
        (
            "sections.yml",
            "public: [{title: x, text: {ko: a}}]",
            "public[0].text: expected a text, or one for",
        ),
        ("sections.yml", "report: [overview, plan, overview]", "each section once, found overview again"),
        ("en.yml", 'public.title: "\\uFDD0f\\uFDD19\\uFDD2"', "en.yml: public.title: expected no U+FDD0"),
        (
            "sections.yml",
            "report: [{title: x, text: {en: fireline.postmortem/1 sha256, ko: a}}]",
            "sections.yml: report[0]: text: en: expected no 'fireline.postmortem/1'",
        ),
        ("kr.yml", "a: b", "expected files named ko.yml, en.yml, sections.yml, found kr.yml"),
    ],
)
def test_a_mistake_names_file_and_key(tmp_path, name, text, said):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=re.escape(said)):
        read_templates(tmp_path)


def test_an_empty_or_missing_folder_is_a_mistake(tmp_path):
    with pytest.raises(TemplateError, match="found nothing"):
        read_templates(tmp_path)
    with pytest.raises(TemplateError, match="expected a folder"):
        read_templates(tmp_path / "missing")


def test_by_command(folder, tmp_path, seed_report):
    archive, out = tmp_path / "review.json", tmp_path / "review.public.md"
    archive.write_text(Archive.of(seed_report).text, encoding="utf-8")
    words = ["--templates", str(folder)]
    run = CliRunner().invoke
    made = run(main, ["report", "--archive", str(archive), "--public", "--out", str(out), *words])
    assert made.exit_code == 0, made.output
    proven = run(main, ["verify", str(archive), *words])
    assert (proven.exit_code, "by people" in proven.output) == (0, False), proven.output
    without = run(main, ["verify", str(archive)])
    assert (without.exit_code, ", 1 difference\n" in without.output) == (1, True)
    assert "computed 'the shipped ones: --templates is missing'" in without.output
    (folder / "en.yml").write_text("public.title: Another")
    assert "computed 'those of --templates (" in run(main, ["verify", str(archive), *words]).output
    (folder / "en.yml").write_text("nope: x")
    wrong = run(main, ["notice", "--archive", str(archive), "--kind", "support", *words])
    assert (wrong.exit_code, wrong.output.count("\n")) == (2, 1)
