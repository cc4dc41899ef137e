import pytest

from dashboards.web.acts import author_of

PAGE = "/incidents/2025-09-03-1"


def press(site, act, author="kim", query=""):
    return site.ask("POST", f"{PAGE}/{act}{query}", data={"author": author})


def test_buttons_do_what_is_left_to_do_and_tell_who_did_it(site):
    site.incident()
    page = site.html(PAGE)
    assert (f'action="{PAGE}/acknowledge"' in page, f'formaction="{PAGE}/resolve"' in page) == (True, True)
    assert press(site, "acknowledge").headers["location"] == PAGE
    page = site.html(PAGE)
    assert "by kim" in page
    assert (f"{PAGE}/acknowledge" in page, f"{PAGE}/resolve" in page) == (False, True)
    assert press(site, "resolve", query="?lang=ko").headers["location"] == f"{PAGE}?lang=ko"
    assert "<form" not in site.html(PAGE)
    case = site.room.desk.case("2025-09-03-1")
    assert case.incident.closed_by == "kim"
    assert [(event.kind, event.source) for event in case.events] == [
        ("acknowledged", "web"),
        ("resolved", "web"),
    ]


@pytest.mark.parametrize(
    ("author", "status", "says"),
    [
        (" ", 400, "name of at most 200"),
        ("k" * 201, 400, "name of at most 200"),
    ],
)
def test_what_is_refused_changes_nothing_and_says_why(site, author, status, says):
    site.incident()
    answer = press(site, "resolve", author)
    assert (answer.status_code, says in answer.text) == (status, True)
    assert site.room.desk.case("2025-09-03-1").events == []


def test_incident_that_is_over_cannot_be_acknowledged(site):
    site.incident()
    press(site, "resolve")
    answer = press(site, "acknowledge")
    assert (answer.status_code, "is resolved already" in answer.text) == (409, True)


def test_addresses_of_acts_lead_back_or_nowhere(site):
    assert site.get(f"{PAGE}/resolve").headers["location"] == PAGE
    assert site.get(f"{PAGE}/delete").status_code == 404
    assert press(site, "resolve").status_code == 404


@pytest.mark.parametrize(
    ("form", "author"),
    [(b"author=+%EA%B9%80++x", "김 x"), (b"author=%1b[2Jx", "\ufffd[2Jx"), (b"", ""), (b"\xff=1", "")],
)
def test_author_is_read_from_the_form(form, author):
    assert author_of(form) == author
