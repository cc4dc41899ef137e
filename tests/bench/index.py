"""Finding some of 100,000 series by their labels over HTTP, ours beside Prometheus."""

import itertools
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.bench import peers
from tests.bench.measure import Comparison, compare

END = 1_756_868_400
STEPS = 4
STEP_SECONDS = 15
METRICS = tuple(f"{part}_{i}_total" for part in ("app", "batch", "cache", "disk") for i in range(25))
INSTANCES = tuple(f"host-{i}:9100" for i in range(50))
ROUTES = tuple(f"/{part}/{i}" for part in ("api", "basket", "coupon", "doc") for i in range(5))


@dataclass(frozen=True)
class Search:
    """A selector and where it is asked: ``count``, ``series``, or a label whose values are wanted."""

    name: str
    asked: str
    selector: str


SEARCHES = (
    Search("name", "count", '__name__="app_7_total"'),
    Search("equality", "count", 'instance="host-7:9100"'),
    Search("two_equalities", "count", '__name__="app_7_total",instance="host-7:9100"'),
    Search("prefix", "count", '__name__="app_7_total",route=~"/a.*"'),
    Search("prefix_of_names", "count", '__name__=~"app_1.*",route="/api/1"'),
    Search("alternation", "count", 'instance=~"host-1:9100|host-2:9100|host-3:9100",route="/doc/1"'),
    Search("negative", "count", '__name__="app_7_total",instance!="host-7:9100"'),
    Search("negative_regex", "count", '__name__="app_7_total",route!~"/a.*|/b.*"'),
    Search("much", "count", 'route=~"/a.*"'),
    Search("one_of_100000", "count", 'id="s012345"'),
    Search("prefix_of_100000", "count", 'id=~"s0123.*"'),
    Search("regex_of_100000", "count", 'id=~".*99"'),
    Search("alternation_of_100000", "count", 'id=~"s000001|s050000|s099999"'),
    Search("negative_of_100000", "count", '__name__="app_7_total",id!~"s.*[5-9]"'),
    Search("name", "series", '__name__="app_7_total"'),
    Search("equality", "series", 'instance="host-7:9100"'),
    Search("prefix_of_100000", "series", 'id=~"s0123.*"'),
    Search("name", "route", '__name__="app_7_total"'),
    Search("equality", "id", 'instance="host-7:9100"'),
    Search("alternation", "__name__", 'instance=~"host-1:9100|host-2:9100"'),
)


def run() -> Iterator[Comparison]:
    """Each selector is new to both engines: a condition that excludes nothing is another one each time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "samples.om"
        write_series(page)
        with (
            peers.prometheus(folder, page) as theirs,
            peers.fireline(folder, page) as ours,
            httpx.Client(timeout=120) as client,
        ):
            for search in SEARCHES:
                _same_answer(client, ours, theirs, search)
                numbers = itertools.count()
                yield compare(
                    f"index.{search.asked}.{search.name}",
                    lambda search=search, numbers=numbers: ask(client, ours, search, next(numbers)),
                    lambda search=search, numbers=numbers: ask(client, theirs, search, next(numbers)),
                    runs=7,
                )


def write_series(path: Path) -> int:
    """Each metric on each instance and route, with an id that nothing else has; returns how many series."""
    rng = random.Random(20250903)
    shapes = list(itertools.product(METRICS, INSTANCES, ROUTES))
    times = [END - (STEPS - 1 - i) * STEP_SECONDS for i in range(STEPS)]
    with path.open("w") as out:
        for number, (metric, instance, route) in enumerate(shapes):
            labels = f'id="s{number:06}",instance="{instance}",route="{route}"'
            first = rng.randrange(1000)
            out.writelines(f"{metric}{{{labels}}} {first + i} {at}\n" for i, at in enumerate(times))
        out.write("# EOF\n")
    return len(shapes)


def ask(client: httpx.Client, url: str, search: Search, number: int) -> bytes:
    selector = f'{{{search.selector},nobody!="{number}"}}'
    if search.asked == "count":
        answer = client.get(f"{url}/api/v1/query", params={"query": f"count({selector})", "time": END})
    else:
        within = {"match[]": selector, "start": END - 3600, "end": END}
        path = "series" if search.asked == "series" else f"label/{search.asked}/values"
        answer = client.get(f"{url}/api/v1/{path}", params=within)
    answer.raise_for_status()
    return answer.content


def _same_answer(client: httpx.Client, ours: str, theirs: str, search: Search) -> None:
    """Both must find the same series."""
    answers = [_found(ask(client, url, search, -1)) for url in (ours, theirs)]
    if answers[0] != answers[1] or not answers[0]:
        raise AssertionError(f"{search.asked} of {search.selector}: ours and Prometheus' answers differ")


def _found(content: bytes) -> list[str]:
    data: Any = json.loads(content)["data"]
    found = data if isinstance(data, list) else data["result"]
    return sorted(json.dumps(each, sort_keys=True) for each in found)
