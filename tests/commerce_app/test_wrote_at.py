import httpx
import pytest
from fastapi import Request
from starlette.responses import Response

from commerce_app.errors import RejectedError
from commerce_app.wrote_at import WroteAt, wrote_at_reader

NOW = 1_000.0


def read(*headers):
    scope = {"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers]}
    return wrote_at_reader(lambda: NOW)(Request(scope))


@pytest.mark.parametrize(
    ("headers", "wrote_at"),
    [
        ((), None),
        ((("shop-wrote-at", "990.5"),), 990.5),
        ((("cookie", "a=b; shop_wrote_at=991"),), 991),
        ((("shop-wrote-at", "990.5"), ("cookie", "shop_wrote_at=991")), 991),
        ((("shop-wrote-at", "1010"),), NOW),
        # Else a customer could read from the primary for ever.
        ((("shop-wrote-at", "99999999999"),), None),
        ((("shop-wrote-at", "99999999999"), ("cookie", "shop_wrote_at=991")), 991),
    ],
)
def test_the_latest_time_that_is_given_counts(headers, wrote_at):
    assert read(*headers) == wrote_at


@pytest.mark.parametrize("text", ["", "nan", "inf", "-1", "1e9", "٣", "yesterday", "1" * 99])
def test_what_is_no_time_is_refused_by_name(text):
    with pytest.raises(RejectedError, match=r"^Shop-Wrote-At: expected Unix seconds, got ") as rejected:
        read(("shop-wrote-at", text))
    assert rejected.value.status == 400


@pytest.mark.parametrize(("status", "told"), [(201, NOW), (409, NOW), (503, NOW), (504, NOW + 10)])
async def test_what_was_not_done_in_time_may_be_written_yet(status, told):
    transport = httpx.ASGITransport(WroteAt(Response(status_code=status), lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        answer = await client.post("/orders")
    assert float(answer.headers["Shop-Wrote-At"]) == told
