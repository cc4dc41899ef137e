import numpy as np
import pytest

from collector.config import parse_config
from collector.embedded import EmbeddedQuerier
from collector.fetch import Fetched
from collector.scrape import TargetWriter
from collector.targets import discover


class Watched:
    """One target whose pages a test hands over."""

    def __init__(self, store, **job):
        job = {"job_name": "shop", "static_configs": [{"targets": ["host:80"]}], **job}
        (config,) = parse_config({"scrape_configs": [job]}, "f.yml").scrape_configs
        ((self.target,), _) = discover(config)
        self.store = store
        self.writer = TargetWriter(self.target, store)
        self.querier = EmbeddedQuerier(store)

    def scrape(self, at, text="", error="", content_type="text/plain"):
        batch, result = self.writer.batch(at, Fetched(text, content_type, 0.25, error))
        self.store.write([batch])
        return result

    def value(self, query, at):
        return {str(sample.labels): sample.value for sample in self.querier.instant(query, at)}


WHERE = 'instance="host:80",job="shop"'


def test_samples_carry_the_targets_labels(store):
    shop = Watched(store)
    shop.scrape(10, 'a{x="1"} 5\n')
    assert shop.value("a", 10) == {f'a{{{WHERE},x="1"}}': 5.0}


def test_the_reports_of_a_scrape_are_kept(store):
    shop = Watched(store, metric_relabel_configs=[{"action": "drop", "source_labels": ["x"], "regex": "2"}])
    shop.scrape(10, 'a{x="1"} 5\na{x="2"} 5\n')
    names = '{__name__=~"up|scrape_.*"}'
    assert {name.partition("{")[0]: value for name, value in shop.value(names, 10).items()} == {
        "up": 1.0,
        "scrape_duration_seconds": 0.25,
        "scrape_samples_scraped": 2.0,
        "scrape_samples_post_metric_relabeling": 1.0,
        "scrape_series_added": 1.0,
    }


def test_a_series_that_vanishes_from_the_page_ends(store):
    shop = Watched(store)
    shop.scrape(10, "a 1\nb 1\n")
    shop.scrape(20, "b 2\n")
    assert shop.value("a", 19) != {}
    assert shop.value("a", 20) == {}
    shop.scrape(30, "a 3\nb 3\n")
    assert list(shop.value("a", 30).values()) == [3.0]


def test_a_failed_scrape_ends_every_series_and_keeps_what_was(store):
    shop = Watched(store)
    shop.scrape(10, "a 1\n")
    result = shop.scrape(20, error="no complete answer within 1s")
    assert (result.healthy, result.error) == (False, "no complete answer within 1s")
    assert shop.value("a", 20) == {}
    assert list(shop.value("up", 20).values()) == [0.0]
    assert list(shop.value("count_over_time(a[1m])", 20).values()) == [1.0]


def test_a_page_that_cannot_be_read_fails_with_line_and_reason(store):
    shop = Watched(store)
    result = shop.scrape(10, "a 1\nb x\n")
    assert result.error == "line 2: expected a number, found 'x'"
    assert list(shop.value("up", 10).values()) == [0.0]
    assert shop.value("a", 10) == {}


@pytest.mark.parametrize("at_ms", ["9999999999999999999999", "-9999999999999999999999"])
def test_a_time_beyond_all_times_fails_the_page_and_ends_its_series(store, at_ms):
    shop = Watched(store)
    shop.scrape(10, "a 1\n")
    assert shop.scrape(20, f"a 1 {at_ms}\n").error.startswith("line 1: expected a timestamp")
    assert list(shop.value("up", 20).values()) == [0.0]
    assert shop.value("a", 20) == {}


@pytest.mark.parametrize("at_ms", [-(2**62), -1, 0])
def test_the_earliest_times_are_kept(store, at_ms):
    shop = Watched(store)
    assert shop.scrape(10, f"a 1 {at_ms}\nb 1\n").healthy
    assert list(shop.value("b", 10).values()) == [1.0]


@pytest.mark.parametrize(
    ("limit", "page", "said"),
    [
        ({"sample_limit": 1}, "a 1\nb 2\n", "sample_limit"),
        ({"label_limit": 3}, 'a{x="1"} 1\n', "label_limit"),
        ({"label_name_length_limit": 8}, 'a{long_name_x="1"} 1\n', "label_name_length_limit"),
        ({"label_value_length_limit": 8}, 'a{x="123456789"} 1\n', "label_value_length_limit"),
    ],
)
def test_a_page_over_a_limit_fails(store, limit, page, said):
    assert said in Watched(store, **limit).scrape(10, page).error


def test_a_page_whose_labels_relabelling_makes_too_long_fails(store):
    doubled = {"source_labels": ["x"], "target_label": "x", "replacement": "$1$1"}
    result = Watched(store, metric_relabel_configs=[doubled] * 30).scrape(10, 'a{x="1"} 1\n')
    assert "relabelling makes a text of more than 65536 characters" in result.error


def labelled(count):
    return "a{" + ",".join(f'l{n}="1"' for n in range(count)) + "} 1\n"


@pytest.mark.parametrize(("options", "most"), [({}, 999), ({"label_limit": 1500}, 1497)])
def test_a_sample_has_at_most_a_thousand_labels_or_the_limit(store, options, most):
    shop = Watched(store, **options)
    assert shop.scrape(10, labelled(most)).healthy
    assert "(label_limit)" in shop.scrape(20, labelled(most + 1)).error


def test_labels_that_relabelling_drops_do_not_count(store):
    drop = {"action": "labeldrop", "regex": "l.*"}
    assert Watched(store, label_limit=3, metric_relabel_configs=[drop]).scrape(10, labelled(9)).healthy


def test_a_page_over_the_sample_limit_fails_each_time(store):
    shop = Watched(store, sample_limit=1)
    assert all("sample_limit" in shop.scrape(at, "a 1\nb 2\n").error for at in (10, 20))


@pytest.mark.parametrize(
    ("honor", "expected"),
    [
        (False, 'a{exported_job="own",instance="host:80",job="shop"}'),
        (True, 'a{instance="host:80",job="own"}'),
    ],
)
def test_labels_in_the_way_of_the_targets_move_or_stay(store, honor, expected):
    shop = Watched(store, honor_labels=honor)
    shop.scrape(10, 'a{job="own"} 1\n')
    assert list(shop.value("a", 10)) == [expected]


def test_samples_with_their_own_time_keep_it(store):
    shop = Watched(store)
    shop.scrape(10, "a 1 7000\nb 2\n")
    assert shop.value("timestamp(a)", 10) == {f"{{{WHERE}}}": 7.0}


def test_times_are_ignored_where_the_job_says_so(store):
    shop = Watched(store, honor_timestamps=False)
    for at in (10, 20):
        shop.scrape(at, "a 1 7000\nb 2\n")
    assert shop.value("timestamp(a)", 20) == {f"{{{WHERE}}}": 20.0}


def test_a_sample_far_ahead_is_left_out(store):
    shop = Watched(store)
    shop.scrape(10, f"a 1 {20 * 60 * 1000}\n")
    assert shop.value("a", 3000) == {}
    assert store.counters.too_new == 1


def test_nan_and_infinity_are_values(store):
    shop = Watched(store)
    shop.scrape(10, "a NaN\nb +Inf\n")
    assert np.isnan(list(shop.value("a", 10).values())).all()
    assert list(shop.value("b", 10).values()) == [np.inf]


def test_a_target_that_goes_ends_its_series_and_its_reports(store):
    shop = Watched(store)
    shop.scrape(10, "a 1\n")
    store.write([shop.writer.farewell(20)])
    assert shop.value('{job="shop"}', 20) == {}


def test_a_writer_takes_over_what_the_former_had(store):
    shop = Watched(store)
    shop.scrape(10, "a 1\nb 1\n")
    shop.writer = TargetWriter(shop.target, store, shop.writer)
    shop.scrape(20, "b 1\n")
    assert shop.value("a", 20) == {}
    assert list(shop.value("scrape_series_added", 20).values()) == [0.0]


def test_a_page_of_the_former_writer_that_comes_in_between_ends_too(store):
    shop = Watched(store)
    shop.scrape(10, "a 1\n")
    old, shop.writer = shop.writer, TargetWriter(shop.target, store, shop.writer)
    store.write([old.batch(20, Fetched("a 1\nb 1\n", "text/plain", 0.25, ""))[0]])
    shop.scrape(30, "a 1\n")
    assert set(shop.value('{__name__=~"a|b"}', 30)) == {f"a{{{WHERE}}}"}


def test_a_series_whose_end_was_not_kept_ends_with_the_next_page(store):
    shop = Watched(store)
    shop.scrape(10, "a 1\nb 1\n")
    shop.writer.batch(20, Fetched("a 1\n", "text/plain", 0.25, ""))
    shop.writer.take_back()
    assert set(shop.value("b", 25)) == {f"b{{{WHERE}}}"}
    shop.scrape(30, "a 1\n")
    assert shop.value("b", 30) == {}
    assert shop.value("a", 30) == {f"a{{{WHERE}}}": 1.0}


@pytest.mark.parametrize("kept", [True, False], ids=["kept after all", "lost"])
def test_a_series_that_began_in_a_commit_without_an_answer_ends(store, kept):
    shop = Watched(store)
    shop.scrape(10, "a 1\n")
    batch, _ = shop.writer.batch(20, Fetched("a 1\nb 1\n", "text/plain", 0.25, ""))
    shop.writer.take_back()
    if kept:
        store.write([batch])
    shop.scrape(30, "a 1\n")
    assert shop.value("b", 30) == {}
    assert shop.value("count_over_time(a[1m])", 30) == {f"{{{WHERE}}}": 3.0 if kept else 2.0}
    shop.scrape(40, "a 1\nb 1\n")
    assert list(shop.value("b", 40).values()) == [1.0]
    assert list(shop.value("scrape_series_added", 40).values()) == [1.0]


@pytest.mark.parametrize(
    ("options", "error"), [({}, "3 lines of samples: expected at most 2"), ({"sample_limit": 3}, "")]
)
def test_a_page_with_more_lines_than_memory_is_not_read(store, monkeypatch, options, error):
    monkeypatch.setattr("collector.scrape.MOST_SAMPLES", 2)
    shop = Watched(store, **options)
    assert shop.scrape(10, "# HELP a b\n# TYPE a gauge\na 1\nb 2\n").healthy
    assert shop.scrape(20, "a 1\nb 2\nc 3\n").error.startswith(error)
    assert bool(shop.value("c", 20)) is not bool(error)


@pytest.mark.parametrize("equals", ["=", "= ", "=  "])
def test_labels_of_a_page_are_bounded_on_average_each_time(store, monkeypatch, equals):
    monkeypatch.setattr("collector.label_pairs.FREE_PAIRS", 10)
    wide = "a{" + ",".join(f'l{n}{equals}"x"' for n in range(41)) + "} 1\n"
    shop, generous = Watched(store), Watched(store, label_limit=50)
    for at in (10, 20):
        assert "at most 40 labels (30 a sample, or label_limit" in shop.scrape(at, wide).error
    assert shop.value("a", 20) == {}
    assert shop.scrape(30, wide + "b 1\n").healthy
    assert generous.scrape(40, wide).healthy


def test_a_page_of_comments_beyond_memory_is_not_read(store, monkeypatch):
    monkeypatch.setattr("collector.scrape.MOST_SAMPLES", 2)
    shop = Watched(store)
    assert shop.scrape(10, "#\n" * 7 + "a 1\n").healthy
    assert shop.scrape(20, "#\n" * 8 + "a 1\n").error == "9 lines: expected at most 8, with all comments"


@pytest.mark.parametrize(
    ("options", "end"),
    [({}, "broken"), ({"sample_limit": 3}, "b 1"), ({"label_limit": 4}, 'b{x="1",y="2",z="3"} 1')],
)
def test_a_page_that_is_refused_makes_no_series(store, options, end):
    shop = Watched(store, **options)
    for page in range(3):
        lines = "".join(f'a{{n="{page}-{n}"}} 1\n' for n in range(3))
        assert shop.scrape(10 + page, f"{lines}{end}\n").error
    assert (len(store.index), store._unsaved) == (5, [])  # those of its reports


def test_a_clock_that_jumped_back_is_told_until_it_has_caught_up(store, caplog):
    shop = Watched(store)
    told = [shop.scrape(at, "a 1\n").warning for at in (100, 70, 80, 100, 110)]
    said = (
        "samples are not kept: the newest one of this target is {} s later than the clock, which jumped back"
    )
    assert told == ["", said.format(30), said.format(20), "", ""]
    (record,) = caplog.records
    assert record.getMessage() == f"http://host:80/metrics: {told[1]}"


def test_a_target_behind_what_is_kept_stays_up(store):
    shop = Watched(store)
    shop.scrape(100, "a 1\n")
    assert shop.scrape(70, "a 1\n").healthy
