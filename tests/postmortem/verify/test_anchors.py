import pytest

from postmortem.verify.anchors import read_anchors


def others(text, name="r.md"):
    return [(found.text, found.number) for found in read_anchors(name, text).other_figures(name, text)]


@pytest.mark.parametrize(
    "link",
    [
        "[9 s]( #f5)", "[9 s](<#f5>)", '[9 s](#f5 "t")', "[9 s](#f5 't')", '<a href="#f5">9 s</a>',
        "[9 s](&#35;f5)", "[9 s](%23f5)", "[9 s](r.md#f5)", "[9 s](./r.md#f5)", "[9 s](\n#f5)",
        "[9 s][x]\n\n[x]: #f5", "[9 s][x]\n\n[x]: <#f5>",
        "<a class='figure' href='#f5'>9 s</a>", "<A HREF=#f5>9 <b>s</b></A>",
        "<div><a href='#f5'>\n\n9 s\n\n</a></div>", "| a |\n| --- |\n| [9 s]( #f5) |",
    ],
)  # fmt: skip
def test_a_link_to_a_figure_is_found_however_it_is_spelt(link):
    assert others(f"before {link}" if not link.startswith("|") else link) == [("9 s", 5)]


def test_brackets_may_be_in_its_text():
    assert others("[9 s [x]](#f5)") == [("9 s [x]", 5)]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="#f5" class="figure">9 s</a>', "<a class='figure' href='#f5'>9 s</a>",
        '<a class="figure" href="#f5"><span>9 s</span></a>', '<a class="figure" href=" #f5">9 s</a>',
        '<svg><a xlink:href="#f5"><text>9 s</text></a></svg>',
        '<a class="figure" href="#f5" href="#x">9 s</a>',
    ],
)  # fmt: skip
def test_so_is_one_in_a_page(link):
    assert others(f"<p>{link}</p>", "r.html") == [("9 s", 5)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "r.md",
            "[9 s](#f5), [a](#five), [b](https://x.test/y#f5), `[c]( #f5)`, <!-- <a href='#f5'>d</a> -->",
        ),
        ("r.html", '<a class="figure" href="#f5">&lt;9 s</a><style>a { color: #f00 }</style><a>x</a>'),
        ("r.md", "[&lt;0.01%](#f5) and [T+6m](#f6) and [9 s](#f5) and [9 s](#f5)"),
    ],
)
def test_nothing_else_is_one(name, text):
    assert others(text, name) == []


def test_a_link_tells_its_line():
    text = "a\n\n- b\n- [9 s]( #f5)\n"
    assert [found.line for found in read_anchors("r.md", text).other_figures("r.md", text)] == [4]


def test_a_second_definition_of_a_figure_is_told():
    text = '<a id="f1"></a>x\n\n<a name="f1">y</a>\n\n<!-- <a id="f1"></a> -->\n\n<a id="f2"></a>'
    assert [*read_anchors("r.md", text).repeated()] == [("f1", 3)]
