import pytest
from starlette.responses import PlainTextResponse

from commerce_app.errors import ErrorType
from commerce_app.instrument.requests import RequestMetrics, mark_error
from commerce_app.metrics import Metrics


class Tick:
    """Each look at it is half a second later."""

    at = 0.0

    def __call__(self):
        self.at += 0.5
        return self.at


@pytest.fixture
def metrics():
    return Metrics()


async def ask(metrics, app, path="/products/7", method="GET"):
    scope = {"type": "http", "method": method, "path": path, "headers": []}

    async def send(_message):
        pass

    await RequestMetrics(app, metrics, Tick())(scope, None, send)


def counted(metrics):
    samples = metrics.request_seconds.collect()[0].samples
    return {
        (s.labels["http_route"], s.labels["http_response_status_code"], s.labels["error_type"]): s.value
        for s in samples
        if s.name.endswith("_count") and s.value
    }


def answers(status, error_type=ErrorType.NONE):
    async def app(scope, receive, send):
        mark_error(scope, error_type)
        await PlainTextResponse("", status_code=status)(scope, receive, send)

    return app


@pytest.mark.parametrize(
    ("status", "error_type", "label"),
    [
        (200, "", ""),
        (404, "", ""),
        (504, ErrorType.TIMEOUT, "timeout"),
        (503, ErrorType.LOAD_SHED, "load_shed"),
        (500, "", "internal"),
    ],
)
async def test_a_request_is_counted_by_route_and_ending(metrics, status, error_type, label):
    await ask(metrics, answers(status, error_type))
    assert counted(metrics) == {("/products/{product_id}", str(status), label): 1}


async def test_a_crash_is_an_internal_error(metrics):
    async def crash(*_):
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError):
        await ask(metrics, crash)
    assert counted(metrics) == {("/products/{product_id}", "500", "internal"): 1}


async def test_in_flight_counts_while_the_request_runs(metrics):
    active = metrics.active_requests.labels("GET", "/products/{product_id}")._value

    async def app(scope, receive, send):
        assert active.get() == 1
        await answers(200)(scope, receive, send)

    await ask(metrics, app)
    assert active.get() == 0


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/admin/switches", "/nowhere", "/products/7/x"])
async def test_what_customers_do_not_ask_for_is_not_measured(metrics, path):
    await ask(metrics, answers(200), path=path)
    assert counted(metrics) == {}


async def test_popular_is_not_taken_for_a_product(metrics):
    await ask(metrics, answers(200), path="/products/popular")
    assert list(counted(metrics)) == [("/products/popular", "200", "")]
