import pytest

from dashboards.web.acts import author_of, same_origin

PAGE = "/incidents/2025-09-03-1"
OURS = {"sec-fetch-site": "same-origin"}


def press(site, act, author="kim", headers=OURS, query=""):
    return site.ask("POST", f"{PAGE}/{act}{query}", data={"author": author}, headers=headers)


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
    ("headers", "author", "status", "says"),
    [
        ({"sec-fetch-site": "cross-site"}, "kim", 403, "another site"),
        ({"origin": "http://evil.example"}, "kim", 403, "another site"),
        (OURS, " ", 400, "name of at most 200"),
        (OURS, "k" * 201, 400, "name of at most 200"),
    ],
)
def test_what_is_refused_changes_nothing_and_says_why(site, headers, author, status, says):
    site.incident()
    answer = press(site, "resolve", author, headers)
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
    ("headers", "ours"),
    [
        ({}, True),
        ({"host": "a:1", "origin": "http://A:1"}, True),
        ({"host": "a:1", "origin": "http://a:2"}, False),
        ({"host": "a:1", "origin": "null"}, False),
        ({"host": "a:1", "origin": "http://a:1", "sec-fetch-site": "same-site"}, False),
    ],
)
def test_origin_is_held_against_the_host(headers, ours):
    assert same_origin(headers) is ours


@pytest.mark.parametrize(("form", "author"), [(b"author=+%EA%B9%80++x", "김 x"), (b"", ""), (b"\xff=1", "")])
def test_author_is_read_from_the_form(form, author):
    assert author_of(form) == author
