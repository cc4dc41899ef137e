"""Range and instant queries over HTTP, ours beside Prometheus."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench import peers
from tests.bench.measure import Comparison, compare
from tests.bench.samples import FIFTY_TARGETS, ONE_TARGET, Layout, write_histograms

END = 1_756_868_400
HOURS = 6.2


@dataclass(frozen=True)
class RangeQuery:
    name: str
    query: str
    hours: float = 6.0
    step_seconds: int = 15


BUCKETS = "http_request_duration_seconds_bucket"
RANGE_QUERIES = (
    RangeQuery("p99_by_route", f"histogram_quantile(0.99, sum by (le, route) (rate({BUCKETS}[5m])))"),
    RangeQuery("sum_rate", f"sum(rate({BUCKETS}[5m]))"),
    RangeQuery("sum_by_le", f"sum by (le) (rate({BUCKETS}[5m]))"),
    RangeQuery("raw_100_series", f'{BUCKETS}{{le="0.5"}}', hours=1.0),
    RangeQuery("max_over_time", f"max by (route) (max_over_time({BUCKETS}[10m]))"),
    RangeQuery("ratio", f'sum(rate({BUCKETS}{{le="0.5"}}[5m])) / sum(rate({BUCKETS}{{le="+Inf"}}[5m]))'),
)


def run() -> Iterator[Comparison]:
    for layout in (ONE_TARGET, FIFTY_TARGETS):
        yield from _on_layout(layout)


def _on_layout(layout: Layout) -> Iterator[Comparison]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "samples.om"
        write_histograms(page, layout, end=END, hours=HOURS)
        with (
            peers.prometheus(folder, page) as theirs,
            peers.fireline(folder, page) as ours,
            httpx.Client(timeout=120) as client,
        ):
            for query in RANGE_QUERIES:
                _same_answer(client, ours, theirs, query)
                yield compare(
                    f"query.{query.name}.{layout.name}",
                    lambda query=query: ask_range(client, ours, query),
                    lambda query=query: ask_range(client, theirs, query),
                )


def ask_range(client: httpx.Client, url: str, query: RangeQuery) -> bytes:
    form = {
        "query": query.query,
        "start": END - query.hours * 3600,
        "end": END,
        "step": query.step_seconds,
    }
    answer = client.post(f"{url}/api/v1/query_range", data=form)
    answer.raise_for_status()
    return answer.content


def _same_answer(client: httpx.Client, ours: str, theirs: str, query: RangeQuery) -> None:
    """A faster wrong answer is worth nothing: both must hold the same series and points."""
    shapes = []
    for url in (ours, theirs):
        result = httpx.Response(200, content=ask_range(client, url, query)).json()["data"]["result"]
        shapes.append(sorted((sorted(line["metric"].items()), len(line["values"])) for line in result))
    if shapes[0] != shapes[1]:
        raise AssertionError(f"{query.name}: ours and Prometheus' answers have different shapes")
