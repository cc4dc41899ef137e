import pytest

from postmortem.verify.difference import NOTHING
from postmortem.verify.reworded import OpenLines

FACTS = {1: "start", 2: "peak", 3: "end"}
ROW = "| Impact start | [10:06](#f1)[^2] | The first turning point in what users feel |"
ITEM = "- Orders failed from [10:06](#f1) on, at most [31%](#f2) of them, until all was well at [11:02](#f3)"
PAGE = '<tr><th scope="row">Impact start</th><td><a class="figure" href="#f1">10:06</a></td></tr>'


def check(*texts, line=ITEM):
    found = OpenLines([line], FACTS).check({f"x:{n}": text for n, text in enumerate(texts)}, FACTS)
    return [(one.stored, one.computed) for one in found]


@pytest.mark.parametrize(
    "text",
    [
        ITEM.replace("Orders failed", "Purchases failed"),
        ITEM + ", as [10:06](#f1) tells",
        "- 고객센터 문의는 10:21에 늘었다",
        "- The replica's disk was at fault, as we found a day later",
    ],
)
def test_other_words_are_welcome(text):
    assert check(text) == []


@pytest.mark.parametrize(
    ("old", "new", "stored", "computed"),
    [
        ("[31%](#f2)", "[11:02](#f3)", NOTHING, "peak (31%)"),
        ("[31%](#f2)", "13%", NOTHING, "peak (31%)"),
        ("[10:06](#f1)", "9:12", NOTHING, "start (10:06)"),
        ("at most [31%](#f2) of them, ", "", NOTHING, "peak (31%)"),
    ],
)
def test_its_figures_stay(old, new, stored, computed):
    assert check(ITEM.replace("Orders", "Purchases").replace(old, new)) == [(stored, computed)]


def test_they_stay_in_their_order():
    assert check(
        "- Orders failed from [11:02](#f3) on, at most [31%](#f2), until all was well at [10:06](#f1)"
    )


def test_a_sentence_may_become_two():
    first = "- Orders failed from [10:06](#f1) on, at most [31%](#f2)"
    assert check(first, "- Until all was well at [11:02](#f3), some of them failed") == []


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (ROW, "| Impact start | 09:12 | by the reviewers' own account of that morning |"),
        (PAGE, '<tr><th scope="row">Impact start</th><td>by the account of the reviewers, 09:12</td></tr>'),
    ],
)
def test_a_row_is_known_by_its_first_cell(line, text):
    assert check(text, line=line) == [(NOTHING, "start (10:06)")]


def test_an_untouched_line_asks_for_nothing():
    assert list(OpenLines([], FACTS).check({"x:1": "[10:06](#f1)"}, FACTS)) == []
