import asyncio

import httpx
import pytest

from commerce_app.prelaunch.errors import UnansweredError
from commerce_app.prelaunch.web import LARGEST_BYTES, TOTAL_SECONDS, Web
from tests.commerce_app.prelaunch.answers import web

URL = "http://shop/x"


class Trickle(httpx.AsyncByteStream):
    """A byte, again and again, whenever others had their turn."""

    async def __aiter__(self):
        while True:
            yield b"#"
            await asyncio.sleep(0)


class Flood(httpx.AsyncByteStream):
    async def __aiter__(self):
        while True:
            yield b"#" * 1024 * 1024


def asked(answer, **options):
    with web({"/x": answer}) as asking:
        return asking.ask_json("GET", URL, **options)


def test_an_answer_is_decoded():
    assert asked({"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            httpx.Response(503, content=b"sorry\n  go   all\xe2\x80\xae fine"),
            "http://shop/x: 503 sorry   go   all  fine",
        ),
        (
            httpx.Response(200, headers={"content-encoding": "gzip"}, stream=Trickle()),
            "http://shop/x: no answer",
        ),
        (httpx.ConnectError("refused"), r"http://shop/x: no answer \(refused\)"),
        (httpx.Response(200, stream=Flood()), f"expected at most {LARGEST_BYTES} bytes"),
        (b"[" * 100_000, "expected JSON"),
        (b"[NaN]", "expected JSON"),
        (b"\xff", "expected JSON"),
    ],
    ids=["refused", "no gzip", "nobody", "flood", "deep", "NaN", "no UTF-8"],
)
def test_anything_else_is_unanswered_in_one_line(answer, message):
    with pytest.raises(UnansweredError, match=message) as caught:
        asked(answer)
    assert str(caught.value).isprintable()


def test_a_server_that_trickles_is_given_up():
    with pytest.raises(UnansweredError, match="no whole answer within 0 s"):
        asked(httpx.Response(200, stream=Trickle()), seconds=0.01)


def test_all_questions_together_have_a_limit():
    at = [0.0]
    with web({"/x": {}}, lambda: at[0]) as asking:
        asking.ask("GET", URL)
        at[0] = TOTAL_SECONDS
        with pytest.raises(UnansweredError, match="not asked: everything before took too long"):
            asking.ask("GET", URL)


def test_a_web_is_closed_with_its_client():
    client = httpx.AsyncClient()
    with Web(client, lambda: 0.0):
        pass
    assert client.is_closed
