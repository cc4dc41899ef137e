import pytest

from postmortem.verify.copies import check_copies

ROW = "| Impact lasted | [2 h](#f5)[^2] | Impact end − impact start |"
PAGE = '<tr><th>Impact lasted</th><td><a class="figure" href="#f5">2 h</a></td><td>Impact end</td></tr>'
EVENT = "- [10:06](#f1) T+5m Order availability fell from [99%](#f2)"
STANDING = [ROW, PAGE, EVENT]


def check(text):
    return [(one.place, one.stored, one.computed) for one in check_copies({"x:4": text}, STANDING)]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("| Impact did last | 2 min | Impact end − impact start |", ROW),
        ("Impact lasted 2 h 30 min: impact end − impact start", ROW),
        ("<tr><th>Impact lasted but</th><td>5 min</td><td>Impact end</td></tr>", PAGE),
    ],
)
def test_a_copy_with_other_figures_is_named(text, made):
    assert check(text) == [("x:4", text, made)]


@pytest.mark.parametrize(
    "text",
    [
        "Impact lasted 2 h (impact end − impact start)",
        "| Impact lasted long | | Impact end − impact start |",
        "| Impact did last | [2 min](#f6) | Impact end − impact start |",  # a link is looked at as such
        "- 10:08 T+7m Order availability fell from 99%",
        "Support had 120 calls until impact end",
    ],
)
def test_other_lines_are_peoples(text):
    assert check(text) == []
