import gzip
import io
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.errors import ConfigError
from collector.exporter import export
from collector.importer import import_file
from collector.labels import Labels
from collector.series import Series
from collector.store.durable import SampleStore

TEXT = '# TYPE a counter\na_total{x="1"} 1 10.5\na_total{x="1"} 2 20\nb 3 10 # {trace="x"} 1 2\n# EOF\n'


def imported(store, path, text):
    path.write_text(text)
    return import_file(path, store)


def held(store):
    return {
        str(labels): list(zip((group.times / 1000).tolist(), values.tolist(), strict=True))
        for group in store.select([], -(2**60), 2**60)
        for labels, values in zip(group.labels, group.values, strict=True)
    }


def test_samples_are_kept_with_their_times(store, tmp_path):
    added = imported(store, tmp_path / "f.om", TEXT)
    assert (added.samples, added.series, added.start, added.end) == (3, 2, 10.0, 20.0)
    assert held(store) == {'a_total{x="1"}': [(10.5, 1.0), (20.0, 2.0)], "b": [(10.0, 3.0)]}


@pytest.mark.parametrize(("name", "pack"), [("f.gz", gzip.compress), ("f.om.zst", zstandard.compress)])
def test_packed_files_are_read(store, tmp_path, name, pack):
    (tmp_path / name).write_bytes(pack(TEXT.encode()))
    assert import_file(tmp_path / name, store).samples == 3


def test_series_in_any_order_are_put_in_order(store, tmp_path):
    imported(store, tmp_path / "f.om", "a 2 20\nb 1 5\na 1 10\na 9 10\n# EOF\n")
    assert held(store) == {"a": [(10.0, 1.0), (20.0, 2.0)], "b": [(5.0, 1.0)]}


def test_many_chunks_are_one_import(store, tmp_path, monkeypatch):
    monkeypatch.setattr("collector.unpacked._CHUNK_BYTES", 37)
    monkeypatch.setattr("collector.importer.SAMPLES_TOGETHER", 5)
    lines = "".join(f"a {n} {n}\nb {n} {n}\n" for n in range(50))
    assert imported(store, tmp_path / "f.om", lines + "# EOF\n").samples == 100
    assert held(store)["a"] == [(float(n), float(n)) for n in range(50)]


def test_series_of_one_clock_are_kept_side_by_side(store, tmp_path, monkeypatch):
    """However the chunks of the file fall: a query then reads one block a target, not one a chunk."""
    monkeypatch.setattr("collector.unpacked._CHUNK_BYTES", 61)
    monkeypatch.setattr("collector.importer.SAMPLES_TOGETHER", 100)
    lines = "".join(
        f'a{{target="{target}",n="{n}"}} {second} {second}.{target}\n'
        for target in range(4)
        for n in range(4)
        for second in range(20)
    )
    assert imported(store, tmp_path / "f.om", lines + "# EOF\n").samples == 320
    groups = store.select([], -(2**60), 2**60)
    assert [sorted({labels.get("target") for labels in group.labels}) for group in groups] == [
        [str(target)] for target in range(4)
    ]
    with closing(sqlite3.connect(tmp_path / "data" / "samples.db")) as file:
        assert file.execute("SELECT samples FROM blocks ORDER BY id").fetchall() == [(80,)] * 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a 1 10\n", "expected # EOF"),
        ("a 1 10\n# EOF\nb 1 10\n", "line 3: expected nothing after # EOF"),
        ("a 1\n# EOF\n", "line 1: expected a value and a timestamp"),
        ("a 1 10\nb x 10\n# EOF\n", "line 2: expected a number"),
        ("a 1 10\nb 1 NaN\n# EOF\n", "line 2: expected a timestamp in seconds"),
        ("a 1 10\nb{ 1 10\n# EOF\n", "line 2: expected"),
        ("a 1 1756857600000000000\n# EOF\n", "line 1: expected a timestamp in seconds, at most"),
        ("a b 1 10\n# EOF\n", "line 1: expected"),
    ],
)
def test_a_file_that_cannot_be_used_leaves_nothing(store, tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        imported(store, tmp_path / "f.om", text)
    assert held(store) == {}


def test_a_broken_archive_is_one_line(store, tmp_path):
    (tmp_path / "f.gz").write_bytes(gzip.compress(TEXT.encode())[:-9])
    with pytest.raises(ConfigError, match="cannot be read"):
        import_file(tmp_path / "f.gz", store)


class StoredSource:
    """A store as an engine that hands out raw samples."""

    def __init__(self, store):
        self._store = store
        self._querier = EmbeddedQuerier(store)

    def series(self, matchers, start, end):
        return self._querier.series(matchers, start, end)

    def raw(self, selector, start, end):
        name = self._querier.series([selector], start, end)
        groups = self._store.select([], round(start * 1000), round(end * 1000))
        return [
            Series(labels, group.times / 1000, values)
            for group in groups
            for labels, values in zip(group.labels, group.values, strict=True)
            if labels in name
        ]


_VALUES = st.lists(
    st.tuples(st.integers(0, 2**27), st.floats(allow_nan=False)),
    min_size=1,
    max_size=5,
    unique_by=lambda s: s[0],
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5), _VALUES, min_size=1, max_size=3
    )
)
def test_what_is_exported_is_imported_again_to_the_bit(tmp_path_factory, series):
    folder = tmp_path_factory.mktemp("roundtrip")
    text = "".join(
        f"{Labels({'__name__': 'a', 'x': x})} {value!r} {at / 1000:.3f}\n"
        for x, samples in series.items()
        for at, value in samples
    )
    with closing(SampleStore(folder / "first")) as first, closing(SampleStore(folder / "second")) as second:
        imported(first, folder / "f.om", text + "# EOF\n")
        out = io.StringIO()
        export(StoredSource(first), ["a"], 0, 2**27 / 1000, out)
        imported(second, folder / "g.om", out.getvalue())
        assert held(second) == held(first)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("a", "a"),
        ('a{x="1"}', 'a{x="1"}'),
        ('{x="1"}', '{__name__=~"m",x="1"}'),
        ('{__name__=~"m.*",}', '{__name__=~"m",__name__=~"m.*"}'),
    ],
)
def test_an_export_asks_one_metric_at_a_time(selector, expected):
    asked = []

    class Source:
        def series(self, matchers, start, end):
            return [Labels({"__name__": "m", "x": "1"})]

        def raw(self, narrowed, start, end):
            asked.append((narrowed, start, end))
            return [Series(Labels({"__name__": "m"}), np.array([start]), np.array([1.0]))]

    out = io.StringIO()
    assert export(Source(), [selector], 0.0, 6 * 3600.0 + 5, out) == 2
    assert asked == [(expected, 0.0, 21600.0), (expected, 21600.001, 21605.0)]
    assert out.getvalue().endswith("# EOF\n")


def test_an_export_writes_each_sample_once_whatever_the_selectors(store, tmp_path):
    imported(store, tmp_path / "f.om", 'a{x="1"} 1 10\nb{x="1"} 2 10\n# EOF\n')
    out = io.StringIO()
    assert export(StoredSource(store), ['{x="1"}', "a", "b"], 0, 20, out) == 2
    assert out.getvalue() == 'a{x="1"} 1 10\nb{x="1"} 2 10\n# EOF\n'
