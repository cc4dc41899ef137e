import pytest

from postmortem.verify.hidden import check_hidden

PAGE = (
    '<html>\n<style>a { color: red }</style>\n<p style="x">\n<table>\n'
    '<tr><td><a href="#f1">1</a></td></tr>\n</table>\n</html>\n'
)
TEXT = "# Report\n\n| At | What |\n| --- | --- |\n| [1](#f1) | began |\n\nIt was [2](#f2) long.\n"


def found(name, document, made):
    return [(each.place, str(each.stored)) for each in check_hidden(name, document, made)]


@pytest.mark.parametrize(("name", "made"), [("a.html", PAGE), ("a.md", TEXT)])
def test_a_document_as_it_was_made_hides_nothing(name, made):
    assert found(name, made, made) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("</html>", "<script>go()</script>\n</html>", "a.html:7", "<script> go()"),
        ("</html>", '<script src="a.js"></script>', "a.html:7", "<script> [('src', 'a.js')]"),
        ("red }", "red } a { font-size: 0 }", "a.html:2", "<style> a { color: red } a { font-size: 0 }"),
        ("<table>", "<!--\n<table>", "a.html:4", "generated lines in a comment"),
        ("<table>", "<table onclick=go()>", "a.html:4", "onclick=go()"),
        ("<table>", "<table hidden>", "a.html:4", "hidden=None"),
        ("<table>", "<template><table>", "a.html:4", "<template> []"),
        ('href="#f1"', 'href="JavaScript:go()"', "a.html:5", "href=JavaScript:go()"),
    ],
)
def test_what_a_page_was_given_is_found(old, new, place, told):
    ends = "-->\n</html>" if "<!--" in new else "</html>"
    changed = PAGE.replace("</html>", ends).replace(old, new)
    assert (place, told) in found("a.html", changed, PAGE)


@pytest.mark.parametrize(
    ("old", "new", "place", "told"),
    [
        ("# Report", "# Report\n<!--\n| --- | --- |\n-->", "a.md:2", "generated lines in a comment"),
        ("# Report\n", "```\n# Report\n```\n", "a.md:1", "generated lines in a code block"),
        ("[2](#f2)", "~~[2](#f2)~~ 3", "a.md:7", "a figure struck out: #f2"),
        ("[2](#f2)", "<span hidden>[2](#f2)</span> 3", "a.md:7", "hidden=None"),
        ("# Report", '<p style="display:none">', "a.md:1", "style=display:none"),
    ],
)
def test_what_markdown_was_given_is_found(old, new, place, told):
    assert found("a.md", TEXT.replace(old, new), TEXT) == [(place, told)]


@pytest.mark.parametrize("more", ["<!-- ask kim -->", "```\nls\n```", "~~an old thought~~", "<b>mark</b>"])
def test_what_people_add_for_themselves_hides_nothing(more):
    assert found("a.md", f"{TEXT}\n{more}\n", TEXT) == []
