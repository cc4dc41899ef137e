import httpx
import pytest

from commerce_app.load.catalogue import FOLDER
from commerce_app.load.preflight import DEFAULT_URL, SEEDED, PreflightError, check_shop

SEEDED_SHOP = {"/healthz": 200, "/products/100": 200, "/wallets/50": 200}
FITTING = {"BASE_URL": "http://shop/", "PRODUCTS": "100", "USERS": "50"}


def check(settings, answers=SEEDED_SHOP):
    def answer(request):
        if request.url.host != "shop":
            raise httpx.ConnectError("refused")
        return httpx.Response(answers.get(request.url.path, 404))

    check_shop(httpx.Client(transport=httpx.MockTransport(answer)), settings)


def test_a_shop_that_has_what_is_asked_for_is_loaded():
    check(FITTING)


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"BASE_URL": "http://nobody:8000"}, 108, "BASE_URL: expected a shop that answers at http://nobody"),
        ({"BASE_URL": "nonsense"}, 108, "BASE_URL: expected a shop that answers at nonsense"),
        (
            {"PRODUCTS": "101"},
            107,
            "PRODUCTS: expected no more than were seeded, got 101",
        ),
        ({"PRODUCTS": ""}, 107, "PRODUCTS: expected no more than were seeded, got 5000"),
        (
            {"USERS": "51"},
            107,
            "USERS: expected no more than were seeded, got 51",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_code_that_k6_has_for_it(settings, code, said):
    with pytest.raises(PreflightError) as caught:
        check({**FITTING, **settings})
    assert (str(caught.value).startswith(said), caught.value.exit_code) == (True, code)


def test_a_shop_that_turns_away_is_not_one_that_has_nothing():
    check(FITTING, {**SEEDED_SHOP, "/products/100": 503})


def test_presets_are_those_of_the_scripts():
    text = (FOLDER / "shop.js").read_text()
    assert DEFAULT_URL in text
    assert [name for name, (preset, _) in SEEDED.items() if f"number('{name}', {preset})" not in text] == []
