import gzip

import httpx
import pytest

from collector.http_answer import MOST_REQUESTS, answer_of, no_cookies, read_body


class Chunks(httpx.AsyncByteStream):
    """Counts what is read of it."""

    def __init__(self, *chunks):
        self.chunks = chunks
        self.read = 0
        self.is_closed = False

    async def __aiter__(self):
        for chunk in self.chunks:
            self.read += len(chunk)
            yield chunk

    async def aclose(self):
        self.is_closed = True


def packed(*chunks):
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Chunks(*chunks))


def moved(to, stream=None):
    return httpx.Response(302, headers={"Location": to}, stream=stream or Chunks(b""))


async def asked(handler, url="http://a/", follow_redirects=True, **options):
    """Status and body."""
    transport = httpx.MockTransport(handler)
    async with (
        httpx.AsyncClient(
            transport=transport, cookies=no_cookies(), follow_redirects=follow_redirects, **options
        ) as client,
        answer_of(client, client.build_request("GET", url)) as response,
    ):
        return response.status_code, await read_body(response, 1000)


async def test_a_redirect_is_followed_and_its_body_left_unread():
    body = Chunks(gzip.compress(gzip.compress(bytes(1 << 24))))

    def handler(request):
        return moved("/there", body) if request.url.path == "/" else httpx.Response(200, text="here")

    assert await asked(handler) == (200, b"here")
    assert (body.read, body.is_closed) == (0, True)


async def test_a_redirect_is_an_answer_where_none_is_followed():
    assert (await asked(lambda request: moved("/there"), follow_redirects=False))[0] == 302


async def test_redirects_end_where_gos_client_ends_them():
    seen = []

    def handler(request):
        seen.append(request.url.path)
        return moved(f"/{len(seen)}")

    with pytest.raises(httpx.TooManyRedirects, match="stopped after 10 redirects"):
        await asked(handler)
    assert len(seen) == MOST_REQUESTS


@pytest.mark.parametrize(
    ("to", "kept"),
    [
        ("http://a/b", True),
        ("http://a:80/b", True),
        ("http://b/", False),
        ("http://x:y@b/", False),
        ("https://a/", False),
        ("http://a:81/", False),
    ],
)
async def test_credentials_go_to_no_other_host(to, kept):
    seen = []

    def handler(request):
        seen.append((request.headers.get("Authorization"), request.headers.get("X-Key")))
        return moved(to) if len(seen) == 1 else httpx.Response(200)

    await asked(handler, auth=("me", "secret"), headers={"X-Key": "secret"})
    assert None not in seen[0]
    assert seen[1] == (seen[0] if kept else (None, None))


async def test_credentials_that_were_left_behind_do_not_come_back():
    seen = []

    def handler(request):
        seen.append(request.headers.get("X-Key"))
        return moved(["http://b/", "http://a/"][len(seen) - 1]) if len(seen) < 3 else httpx.Response(200)

    await asked(handler, headers={"X-Key": "secret"})
    assert seen == ["secret", None, None]


async def test_what_a_request_is_about_goes_along_to_another_host():
    def handler(request):
        if request.url.host == "a":
            return httpx.Response(307, headers={"Location": "http://b/"}, stream=Chunks(b""))
        return httpx.Response(200, content=request.headers["Host"].encode() + b" " + request.content)

    client = httpx.AsyncClient(transport=httpx.MockTransport(handler), follow_redirects=True)
    async with (
        client,
        answer_of(client, client.build_request("POST", "http://a/", data={"q": "up"})) as answer,
    ):
        assert await read_body(answer, 1000) == b"b q=up"


async def test_cookies_are_neither_kept_nor_sent():
    seen = []

    def handler(request):
        seen.append(request.headers.get("Cookie"))
        response = moved("/b") if len(seen) == 1 else httpx.Response(200)
        response.headers["Set-Cookie"] = "a=b"
        return response

    await asked(handler)
    assert seen == [None, None]


@pytest.mark.parametrize(
    "chunks",
    [
        [gzip.compress(b"ab") + gzip.compress(b"c")],
        [gzip.compress(b"ab"), gzip.compress(b"c")],
        [bytes([byte]) for byte in gzip.compress(b"abc")],
    ],
    ids=["members", "members apart", "byte by byte"],
)
async def test_a_packed_body_is_unpacked_however_it_is_cut(chunks):
    assert await read_body(packed(*chunks), 1000) == b"abc"


async def test_a_long_packed_body_is_whole():
    text = b"a 1\n" * 1_000_000
    assert await read_body(packed(gzip.compress(text)), 10_000_000) == text


async def test_no_more_is_unpacked_than_asked():
    assert await read_body(packed(gzip.compress(bytes(1 << 26))), 1000) == bytes(1000)


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (packed(b"junk"), "not gzip"),
        (packed(gzip.compress(b"abc")[:-4]), "breaks off"),
        (packed(gzip.compress(b"abc") + b"junk"), "not gzip"),
        (httpx.Response(200, headers={"Content-Encoding": "br"}, stream=Chunks(b"x")), "Content-Encoding br"),
    ],
)
async def test_what_cannot_be_unpacked_says_why(response, said):
    with pytest.raises(httpx.DecodingError, match=said):
        await read_body(response, 1000)
