import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortem.verify.documents import beside, verify_document
from postmortem.verify.verdict import verify_archive
from tests.postmortem.verify.test_verdict import FEW, changed

SEVERAL = settings(FEW, max_examples=20)

NAMES = ["report.ko.md", "report.en.md", "report.ko.html", "report.en.html"]
FIGURE = re.compile(r'(?:\[|<a class="figure" href="#f\d+">)(?P<at>[^\]<\n]+)(?:\]\(#f\d|</a>)')
LINK = re.compile(r'\[[^\]\n]*\]\(#f\d+\)|<a class="figure" href="#f\d+">[^<]*</a>')
DIGITS = re.compile(r"\d+")


@pytest.fixture(scope="module")
def verify(stored):
    verdict = verify_archive(stored)

    def run(name, text):
        return verify_document(name, text, stored, verdict)

    return run


def replaced(text, span, new):
    return text[: span[0]] + new + text[span[1] :]


@pytest.mark.parametrize("name", NAMES)
def test_documents_say_what_their_archive_does(verify, documents, name):
    found = verify(name, documents[name])
    assert (found.differences, found.theirs) == ((), ())
    assert found.figures > 300


@pytest.mark.parametrize("name", NAMES)
def test_any_other_figure_is_caught(verify, documents, name):
    """Wherever it stands, and whatever people did to its line."""
    text = documents[name]
    spans = [(found.start("at"), found.end("at")) for found in FIGURE.finditer(text)]

    @(SEVERAL if name.endswith(".md") else FEW)
    @given(st.sampled_from(spans), st.sampled_from(["0%", "10:00:00", "1.2초", "–", "7", ""]), st.booleans())
    def check(span, new, is_edited):
        line = text.rfind("\n", 0, span[0]) + 1
        other = replaced(text, span, new)
        edited = f"{other[:line]}people say {other[line:]}" if is_edited else other
        assert new == text[slice(*span)] or verify(name, edited).differences

    check()


@pytest.mark.parametrize("name", NAMES)
def test_any_other_number_of_a_generated_line_is_caught(verify, documents, name):
    """Headings, tables, methods, sources, axes and lines of charts, and the archive carried along."""
    text = documents[name]
    theirs = re.compile(r"0/\d|항목 없음|no items|작성 필요】|to be written\]")
    kept = [line for line in text.splitlines() if theirs.search(line)]
    spans = [found.span() for found in DIGITS.finditer(text)]
    assert len(kept) == 4

    @(SEVERAL if name.endswith(".md") else FEW)
    @given(st.sampled_from(spans), st.integers(0, 99))
    def check(span, new):
        line = text[text.rfind("\n", 0, span[0]) + 1 : text.find("\n", span[1])]
        is_free = line in kept or str(new) == text[slice(*span)]
        assert is_free or verify(name, replaced(text, span, str(new))).differences

    check()


def test_a_difference_names_the_line_and_the_figure(verify, documents):
    text = documents["report.en.md"].replace("| 99% | ", "| 99.9% | ").replace("[99%]", "[99.9%]")
    (found,) = verify("report.en.md", text).differences[:1]
    line = next(n for n, line in enumerate(text.splitlines(), start=1) if "[99.9%]" in line)
    assert str(found) == (
        f"report.en.md:{line}: stored '99.9%', computed 'slo.order-availability.objective (99%)'"
    )


@pytest.mark.parametrize("instead", ["09:12:00", None])
@pytest.mark.parametrize("name", NAMES)
def test_a_reworded_line_keeps_its_figures(verify, documents, name, instead):
    """The link taken off, or that of another figure put in, beside one word that is another."""
    lines = documents[name].splitlines()
    label = "영향 시작" if ".ko." in name else "Impact start"
    line = next(x for x in lines if label in x and ("| [" in x or "<td><a" in x))
    figures = [found[0] for x in lines for found in LINK.finditer(x)]
    (own, *_) = [found[0] for found in LINK.finditer(line)]
    other = instead or next(x for x in figures if x != own and re.search(r"\d\d:\d\d:\d\d", x))
    text = documents[name].replace(line, line.replace(own, other).replace("latency", "slowness"))
    assert verify(name, text).differences


def test_what_people_write_is_theirs(verify, documents):
    text = documents["report.ko.md"]
    text = text.replace("【작성 필요: 작성자와 검토자】", "김지훈, 이서연 (2025-09-04)")
    text = text.replace("완료\n", "완료 2\n", 1) + "\n## 부록\n\n- 10:21 고객센터 문의 120건\n"
    text = re.sub(r"^- 2025.*T\+6m.*\n", "", text, flags=re.MULTILINE)
    found = verify("report.ko.md", text)
    assert found.differences == ()
    assert len(found.theirs) == 4


def test_people_keep_the_progress_up_to_date(verify, documents):
    text = documents["report.en.md"].replace("(within 1 week): 0/2 done", "(within 1 week): 1/2 done")
    assert text != documents["report.en.md"]
    assert verify("report.en.md", text).differences == ()


def test_a_document_of_another_archive_is_told(stored, verify, documents):
    other = changed(stored, ("digest",), "0" * 64)
    text = documents["report.en.html"]
    found = verify_document("report.en.html", text, other, verify_archive(other)).differences
    assert {one.place for one in found} == {
        "report.en.html: the archive it was made from", "report.en.html: the archive that it carries",
    }  # fmt: skip


def test_an_archive_under_another_spelling_is_not_the_pages_own(verify, documents):
    text = documents["report.en.html"]
    spelt = 'href="data:application/json;base64,'
    for other in ("href='data:application/json;base64,e30=' data-x=\"", f'{spelt}e30=">x</a><a {spelt}'):
        found = verify("report.en.html", text.replace(spelt, other, 1)).differences
        assert "another archive" in {one.stored for one in found}, other


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("report.en.md", "[9 s]( #f{})"),
        ("report.en.md", "<a href='#f{}'>9 s</a>"),
        ("report.en.html", '<a href="#f{}" class="figure">9 s</a>'),
        ("report.en.html", '<a class="figure" href="#f{}"><span>9 s</span></a>'),
    ],
)
def test_a_figure_in_a_link_that_is_spelt_otherwise_is_caught(verify, documents, name, spelt):
    text = documents[name]
    first = FIGURE.search(text)
    number = re.search(r"#f(\d+)", first[0] + text[first.end() : first.end() + 5])[1]
    whole = re.compile(rf'\[[^\]\n]*\]\(#f{number}\)|<a class="figure" href="#f{number}">[^<]*</a>')
    found = verify(name, whole.sub(spelt.format(number), text, count=1)).differences
    assert "9 s" in {one.stored for one in found}


@pytest.mark.parametrize(("name", "before"), [("report.en.md", "\n## "), ("report.en.html", "<h2")])
def test_a_figure_is_defined_once(verify, documents, name, before):
    text = documents[name].replace(before, f'\n<a id="f5"></a>as people say\n{before}', 1)
    assert "a second f5" in {one.stored for one in verify(name, text).differences}


@pytest.mark.parametrize("name", ["report.ko.md", "report.ko.html"])
def test_a_document_that_names_no_archive_is_a_difference(verify, documents, name):
    text = documents[name].replace("sha256:", "sha1:")
    assert [found.place for found in verify(name, text).differences] == [
        f"{name}: the archive it was made from"
    ]


def test_documents_beside_have_the_archives_name(tmp_path):
    for name in ("r.json", "r.md", "r.ko.html", "r.txt", "r2.md", "other.md"):
        Path(tmp_path / name).touch()
    assert [path.name for path in beside(tmp_path / "r.json")] == ["r.ko.html", "r.md"]
