from pathlib import Path

import numpy as np
import pytest
import yaml

from alerts.casefile import BUILT_IN, load_case
from alerts.errors import SpecError
from alerts.synthesis import sample_times, samples_of
from collector.embedded import EmbeddedQuerier

SEED = load_case("seed-2025-09-03")
PRODUCT = 'http_route="/products/{product_id}"'


def at(clock: str) -> float:
    hours, minutes = map(int, clock.split(":"))
    return SEED.start + (hours - 10) * 3600 + minutes * 60


@pytest.fixture(scope="module")
def querier() -> EmbeddedQuerier:
    return EmbeddedQuerier(samples_of(SEED))


def value(querier: EmbeddedQuerier, query: str, clock: str) -> float:
    (sample,) = querier.instant(query, at(clock))
    return sample.value


def test_a_figure_changes_within_a_minute_and_then_moves_straight():
    figure = SEED.figures["product_p95"]
    times = np.array([at("10:05"), at("10:05") + 30, at("10:06"), at("10:25"), at("11:30")])
    assert figure.at(times) == pytest.approx([0.18, 0.99, 1.8, 0.9, 0.25])


def test_samples_come_every_interval_and_more_rarely_in_old_history():
    steps = np.unique(np.diff(sample_times(SEED)))
    assert steps.tolist() == [15.0, 100.0]


@pytest.mark.parametrize(("clock", "seconds", "tolerance"), [("09:59", 0.18, 0.15), ("10:08", 1.7, 0.15)])
def test_the_counters_give_back_the_documents_p95(querier, clock, seconds, tolerance):
    query = f"sum by (le) (rate(http_server_request_duration_seconds_bucket{{{PRODUCT}}}[1m]))"
    assert value(querier, f"histogram_quantile(0.95, {query})", clock) == pytest.approx(
        seconds, rel=tolerance
    )


def test_the_counters_give_back_the_documents_hit_ratio_errors_and_cpu(querier):
    hits = 'sum(rate(cache_requests_total{result="hit"}[1m])) / sum(rate(cache_requests_total[1m]))'
    assert value(querier, hits, "10:07") == pytest.approx(0.35, abs=0.01)
    orders = 'http_server_request_duration_seconds_count{http_route="/orders"'
    errors = f'sum(rate({orders},http_response_status_code=~"5.."}}[1m])) / sum(rate({orders}}}[1m]))'
    assert value(querier, errors, "09:59") == pytest.approx(0.005, abs=0.001)
    assert value(querier, errors, "10:14") == pytest.approx(0.079, abs=0.003)
    cpu = "sum(rate(namedprocess_namegroup_cpu_seconds_total[1m]))"
    assert value(querier, cpu, "10:10") == pytest.approx(0.9, abs=0.02)


def test_traffic_is_four_times_normal_during_the_banner(querier):
    rate = f"sum(rate(http_server_request_duration_seconds_count{{{PRODUCT}}}[1m]))"
    assert value(querier, rate, "09:59") == pytest.approx(200, rel=0.01)
    assert value(querier, rate, "10:03") == pytest.approx(800, rel=0.01)


def test_no_bucket_grows_by_more_than_the_next_wider_one(querier):
    order = '{http_route="/orders",http_response_status_code="500"}'
    answer = querier.range(
        f"http_server_request_duration_seconds_bucket{order}", at("10:00"), at("11:30"), 15.0
    )
    by_bound = sorted(answer, key=lambda one: float(one.labels["le"]))
    grown = np.diff(np.array([one.values for one in by_bound]))
    assert len(grown) > 5
    assert (np.diff(grown, axis=0) >= 0).all()


def test_is_the_same_each_time():
    first, second = samples_of(SEED), samples_of(SEED)
    assert first.labels() == second.labels()
    (one,), (other,) = (EmbeddedQuerier(s).instant("sum({job='shop'})", SEED.end) for s in (first, second))
    assert one == other


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("timezone", "Korea", "timezone: expected a zone such as Asia/Seoul"),
        ("onset", "10:05", "onset: expected a time such as 2025-09-03 10:05"),
        (
            "caches",
            [{"name": "a", "route": "/", "hit_ratio": "hits"}],
            "caches.0.hit_ratio: expected one of ",
        ),
        ("spread", 0, "spread: expected greater than 0"),
        ("colour", "red", "unknown key 'colour'"),
    ],
)
def test_names_file_and_key_of_a_mistake(tmp_path, key, value, expected):
    content = yaml.safe_load((BUILT_IN / "seed-2025-09-03/case.yml").read_text())
    (tmp_path / "case.yml").write_text(yaml.safe_dump({**content, key: value}))
    with pytest.raises(SpecError) as error:
        load_case(str(tmp_path))
    assert str(error.value).startswith(f"{tmp_path / 'case.yml'}: {expected}")


def test_rows_stand_in_the_order_of_time(tmp_path: Path):
    content = yaml.safe_load((BUILT_IN / "seed-2025-09-03/case.yml").read_text())
    content["figures"]["traffic"]["rows"].append({"at": "09:00", "value": 1, "says": "before"})
    (tmp_path / "case.yml").write_text(yaml.safe_dump(content))
    with pytest.raises(SpecError, match=r"figures\.traffic\.rows: expected rows in time order"):
        load_case(str(tmp_path))


def test_an_unknown_case_lists_the_known():
    with pytest.raises(SpecError, match=r"case 'none': expected one of .*, seed-2025-09-03, or a folder"):
        load_case("none")
