import asyncio
import gzip
import tracemalloc
from pathlib import Path

import httpx
import pytest

from collector.config import parse_config
from collector.config_http import PLAIN_HTTP, Authorization, BasicAuth, HttpClientConfig, TlsConfig
from collector.errors import ConfigError
from collector.fetch import fetch, http_client

URL = "http://host/metrics"


async def fetched(handler, config=PLAIN_HTTP, **limits):
    async with http_client(config, transport=httpx.MockTransport(handler)) as client:
        return await fetch(client, URL, **{"timeout_seconds": 5.0, **limits})


class Chunks(httpx.AsyncByteStream):
    def __init__(self, chunks):
        self._chunks = chunks
        self.sent = 0

    async def __aiter__(self):
        for chunk in self._chunks:
            self.sent += 1
            yield chunk


def page_of(body, status=200, **headers):
    return httpx.Response(status, stream=Chunks([body]), headers=headers)


async def test_a_page_is_fetched_with_its_type():
    page = await fetched(lambda request: page_of(b"a 1\n", **{"Content-Type": "text/x"}))
    assert (page.text, page.content_type, page.error) == ("a 1\n", "text/x", "")


async def test_a_packed_page_is_unpacked():
    body = gzip.compress(b"a 1\n" * 1000)
    page = await fetched(lambda request: page_of(body, **{"Content-Encoding": "gzip"}))
    assert page.text == "a 1\n" * 1000


async def test_the_request_says_what_it_takes():
    seen = {}

    def handler(request):
        seen.update(request.headers)
        return page_of(b"")

    await fetched(handler, HttpClientConfig(authorization=Authorization(credentials="secret")))
    assert seen["accept"].startswith("application/openmetrics-text;version=1.0.0")
    assert seen["accept-encoding"] == "gzip"
    assert seen["x-prometheus-scrape-timeout-seconds"] == "5"
    assert seen["authorization"] == "Bearer secret"


async def test_a_password_file_is_read(tmp_path):
    (tmp_path / "password").write_text("open\n")
    seen = {}

    def handler(request):
        seen.update(request.headers)
        return page_of(b"")

    await fetched(handler, HttpClientConfig(basic_auth=BasicAuth("me", password_file=tmp_path / "password")))
    assert seen["authorization"] == httpx.BasicAuth("me", "open")._auth_header


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (page_of(b"", 500), "HTTP status 500"),
        (page_of(b"\xff\n"), "not UTF-8"),
        (page_of(b"x", **{"Content-Encoding": "br"}), "Content-Encoding br"),
        (page_of(b"junk", **{"Content-Encoding": "gzip"}), "not gzip"),
        (page_of(b"x" * 101), "body over 100 bytes"),
    ],
)
async def test_a_page_that_cannot_be_used_says_why(response, said):
    assert said in (await fetched(lambda request: response, limit_bytes=100)).error


async def test_a_bomb_is_stopped_at_the_limit():
    bomb = gzip.compress(bytes(1 << 26))
    tracemalloc.start()
    page = await fetched(lambda request: page_of(bomb, **{"Content-Encoding": "gzip"}), limit_bytes=1 << 20)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "body over 1048576 bytes" in page.error
    assert peak_bytes < 1 << 23


async def test_an_endless_body_is_stopped_at_the_limit():
    stream = Chunks(b"a 1\n" * 1000 for _ in range(1000))
    page = await fetched(lambda request: httpx.Response(200, stream=stream), limit_bytes=100_000)
    assert "body over" in page.error
    assert stream.sent < 200


async def test_a_target_that_drips_ends_at_the_deadline():
    class Drip(httpx.AsyncByteStream):
        async def __aiter__(self):
            while True:
                yield b"a"
                await asyncio.Event().wait()

    page = await fetched(lambda request: httpx.Response(200, stream=Drip()), timeout_seconds=0.02)
    assert page.error == "no complete answer within 0.02s"


async def test_a_target_that_is_gone_says_so():
    def refuse(request):
        raise httpx.ConnectError("connection refused")

    assert (await fetched(refuse)).error == "connection refused"


@pytest.mark.parametrize(
    "config",
    [
        HttpClientConfig(basic_auth=BasicAuth("me", password_file=Path("/none/secret"))),
        HttpClientConfig(authorization=Authorization(credentials_file=Path("/none/secret"))),
        HttpClientConfig(tls=TlsConfig(ca_file=Path("/none/secret"))),
    ],
)
def test_a_secret_that_cannot_be_read_is_named(config):
    with pytest.raises(ConfigError, match="/none/secret"):
        http_client(config)


def test_certificates_that_cannot_be_read_are_told_in_plain_words(tmp_path):
    def told(**tls):
        job = {"job_name": "a", "tls_config": tls}
        (config,) = parse_config({"scrape_configs": [job]}, "f.yml", base_folder=tmp_path).scrape_configs
        with pytest.raises(ConfigError) as error:
            http_client(config.http)
        return str(error.value).replace(str(tmp_path), "")

    (tmp_path / "bad.pem").write_text("no certificate")
    place = "f.yml: scrape_configs[0].tls_config: expected certificates in"
    assert told(ca_file="none.pem") == f"{place} /none.pem: No such file or directory"
    assert told(ca_file="bad.pem").startswith(f"{place} /bad.pem: no certificate or crl found")


def test_a_secret_that_is_missing_is_named_with_file_and_key(tmp_path):
    job = {"job_name": "a", "basic_auth": {"username": "me", "password_file": "none"}}
    (config,) = parse_config({"scrape_configs": [job]}, "f.yml", base_folder=tmp_path).scrape_configs
    with pytest.raises(ConfigError) as error:
        http_client(config.http)
    assert str(error.value) == (
        f"f.yml: scrape_configs[0].basic_auth.password_file: {tmp_path / 'none'}: "
        "expected a file with a secret: No such file or directory"
    )


@pytest.mark.parametrize(
    ("config_of", "expected"),
    [
        (
            lambda file: HttpClientConfig(authorization=Authorization(credentials_file=file)),
            ["Bearer old", "Bearer new"],
        ),
        (
            lambda file: HttpClientConfig(basic_auth=BasicAuth("me", password_file=file)),
            ["Basic bWU6b2xk", "Basic bWU6bmV3"],
        ),
    ],
)
async def test_a_rotated_secret_is_used_from_the_next_fetch_on(tmp_path, config_of, expected):
    secret, seen = tmp_path / "secret", []

    def handler(request):
        seen.append(request.headers["authorization"])
        return page_of(b"")

    secret.write_text("old")
    async with http_client(config_of(secret), transport=httpx.MockTransport(handler)) as client:
        for text in ("old\n", "new\n"):
            secret.write_text(text)
            await fetch(client, URL, timeout_seconds=5.0)
    assert seen == expected


async def test_a_secret_that_goes_away_fails_the_fetch_and_is_named(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("s")
    config = HttpClientConfig(authorization=Authorization(credentials_file=secret))
    async with http_client(config, transport=httpx.MockTransport(lambda request: page_of(b""))) as client:
        secret.unlink()
        page = await fetch(client, URL, timeout_seconds=5.0)
    assert page.error == f"{secret}: expected a file with a secret: No such file or directory"


async def test_a_secret_that_no_header_holds_is_not_shown(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("open")
    config = HttpClientConfig(authorization=Authorization(credentials_file=secret))
    async with http_client(config, transport=httpx.MockTransport(lambda request: page_of(b""))) as client:
        secret.write_text("hunter2\nhunter3")
        page = await fetch(client, URL, timeout_seconds=5.0)
    assert page.error == f"{secret}: expected a secret in one line of text"


def test_a_secret_that_no_header_holds_is_refused_at_the_start():
    with pytest.raises(ConfigError, match=r"^authorization: expected a secret in one line of text$"):
        http_client(HttpClientConfig(authorization=Authorization(credentials="hunter2\x01")))


@pytest.mark.parametrize(
    "url", ["http://me:hunter2/x@host/", "http://me:@hunter2:x@host/", "http://@:hunter2"]
)
async def test_a_password_in_an_address_that_is_none_is_not_shown(url):
    async with http_client(PLAIN_HTTP, transport=httpx.MockTransport(lambda request: page_of(b""))) as client:
        assert "hunter2" not in (await fetch(client, url, timeout_seconds=5.0)).error


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://xn--a:80/", "http://a b/"]
)
async def test_an_address_that_cannot_exist_is_a_target_that_is_down(url):
    async with http_client(PLAIN_HTTP) as client:
        page = await fetch(client, url, timeout_seconds=5.0)
    assert page.error
    assert "failed:" not in page.error


async def test_a_redirect_to_an_address_that_cannot_exist_is_told():
    def handler(request):
        if request.url.host == "host":
            return httpx.Response(302, headers={"Location": "http://other:99999/"})
        raise OverflowError("port must be 0-65535.")

    page = await fetched(handler)
    assert "expected an address that exists: port must be 0-65535" in page.error


async def test_whatever_breaks_while_fetching_is_told_and_logged(caplog):
    def handler(request):
        raise RuntimeError("unheard of")

    page = await fetched(handler)
    assert page.error == "fetching the page failed: RuntimeError('unheard of')"
    assert "fetching a page failed" in caplog.text
