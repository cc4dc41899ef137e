import httpx
import pytest
from starlette.responses import PlainTextResponse

from dashboards.listen import Address
from dashboards.same_origin import Names, SameOrigin, refusal

HERE = Address("127.0.0.1", 9600)
LOCAL = Names.of(HERE, HERE.url)
PROXIED = Names.of(HERE, "https://fireline.example/")


@pytest.mark.parametrize(
    ("method", "headers", "said"),
    [
        ("POST", {}, ""),
        ("POST", {"host": "fireline.monitoring.svc:9600"}, ""),
        ("POST", {"host": "127.0.0.1:9600", "origin": "http://127.0.0.1:9600"}, ""),
        ("POST", {"host": "LOCALHOST:1", "origin": "http://localhost:1"}, ""),
        ("POST", {"host": "localhost:1", "sec-fetch-site": "same-origin"}, ""),
        ("POST", {"host": "localhost:1", "sec-fetch-site": "none"}, ""),
        ("POST", {"host": "localhost:1", "sec-fetch-site": "cross-site"}, "another site"),
        ("DELETE", {"host": "localhost:1", "sec-fetch-site": "same-site"}, "another site"),
        ("POST", {"host": "localhost:1", "origin": "http://localhost:2"}, "another site"),
        ("POST", {"host": "localhost:1", "origin": "null"}, "another site"),
        ("POST", {"host": "localhost:1", "origin": "http://[evil"}, "another site"),
        ("PUT", {"origin": "null"}, "another site"),
        ("POST", {"host": "evil.example", "origin": "http://evil.example"}, "no name of this server"),
        ("GET", {"host": "evil.example"}, "'evil.example' is no name of this server"),
        ("GET", {"host": "[evil"}, "no name of this server"),
        ("GET", {"host": "localhost:1", "sec-fetch-site": "cross-site"}, ""),
        ("GET", {"host": "[::1]:9600"}, ""),
        ("GET", {"host": "10.0.0.7:9600"}, ""),
        ("GET", {"host": "fireline:9600"}, ""),
        ("GET", {}, ""),
    ],
)
def test_what_other_sites_ask_is_refused(method, headers, said):
    reason = refusal(method, headers, LOCAL)
    assert said in reason if said else not reason


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"host": "fireline.example", "origin": "https://fireline.example"}, True),
        ({"host": "127.0.0.1:9600", "origin": "https://fireline.example"}, True),
        ({"host": "fireline.example", "origin": "https://evil.example"}, False),
    ],
)
def test_the_configured_address_is_ours(headers, taken):
    assert (refusal("POST", headers, PROXIED) == "") is taken


@pytest.mark.parametrize(
    ("listen", "base_url", "known"),
    [
        ("0.0.0.0", "http://127.0.0.1:9600", True),
        ("10.0.0.7", "http://10.0.0.7:9600", True),
        ("0.0.0.0", "https://fireline.example", False),
        ("127.0.0.1", "http://127.0.0.1:9600", False),
        ("localhost", "http://localhost:9600", False),
        ("::1", "http://[::1]:9600", False),
        ("other.example", "https://fireline.example", True),
    ],
)
def test_any_name_is_right_only_where_none_is_known(listen, base_url, known):
    assert Names.of(Address(listen, 9600), base_url).know("other.example:9600") is known


@pytest.mark.parametrize(
    ("path", "site", "status"),
    [("/x", "cross-site", 403), ("/x", "same-origin", 200), ("/slack/actions", "cross-site", 200)],
)
async def test_refusal_is_json_and_signed_requests_pass(path, site, status):
    transport = httpx.ASGITransport(SameOrigin(PlainTextResponse("done"), LOCAL))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.post(path, headers={"sec-fetch-site": site})
    assert answer.status_code == status
    assert answer.text == "done" or "another site" in answer.json()["error"]
