"""Looks, before k6 starts, whether there is a shop and what the test will ask for is in it.

k6 would say so too, and then put a tick beside every threshold of a test that did not run.
"""

from collections.abc import Mapping

import httpx

NO_SHOP, WRONG_SETTING = 108, 107  # k6's own codes
DEFAULT_URL = "http://127.0.0.1:8000"
# As in shop.js.
SEEDED = {"PRODUCTS": (5000, "products/{}"), "USERS": (20000, "wallets/{}")}


class PreflightError(Exception):
    """The test cannot begin; ``exit_code`` is what k6 would end with."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def check_shop(client: httpx.Client, settings: Mapping[str, str]) -> None:
    """``settings`` as the scripts read them. Raises PreflightError; what only k6 can judge is left to it."""
    url = (settings.get("BASE_URL") or DEFAULT_URL).rstrip("/")
    if _status(client, f"{url}/healthz") != 200:
        raise PreflightError(f"BASE_URL: expected a shop that answers at {url}", NO_SHOP)
    for name, (preset, path) in SEEDED.items():
        last = settings.get(name) or str(preset)
        wanted = f"{url}/{path.format(last)}"
        if last.isascii() and last.isdigit() and _status(client, wanted) == 404:
            expected = "expected no more than were seeded"
            raise PreflightError(f"{name}: {expected}, got {last}: there is no {wanted}", WRONG_SETTING)


def _status(client: httpx.Client, url: str) -> int | None:
    try:
        return client.get(url).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
