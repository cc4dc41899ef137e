import pytest

from commerce_app.order.own_pages import OwnPage, OwnPages


@pytest.fixture
def pages():
    pages = OwnPages(users_limit=2)
    pages.put(1, OwnPage(100.0, "a"))
    return pages


@pytest.mark.parametrize(
    ("user", "wrote_at", "at", "latest"),
    [(1, 90.0, 200.0, 100.0), (1, 110.0, 200.0, 110.0), (1, 90.0, 95.0, 90.0), (2, 90.0, 200.0, 90.0)],
)
def test_the_page_of_a_later_write_will_do(pages, user, wrote_at, at, latest):
    assert pages.latest(user, wrote_at, at) == latest


def test_a_page_takes_the_place_of_the_one_before(pages):
    assert pages.put(1, OwnPage(100.0, "a")) is None
    assert pages.put(1, OwnPage(110.0, "b")) == "a"


def test_who_stayed_away_longest_is_forgotten(pages):
    for user in (2, 1, 3):
        pages.put(user, OwnPage(50.0, "c"))
    assert [pages.latest(user, 0.0, 200.0) for user in (1, 2, 3)] == [50.0, 0.0, 50.0]
