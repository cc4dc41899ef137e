import shutil
from contextlib import closing

import numpy as np
import pytest

from collector.errors import StoreError
from collector.labels import METRIC_NAME, Labels
from collector.store.batches import Batch, Row
from collector.store.durable import SampleStore


def row(store, at_ms):
    series = np.array([store.series_id(Labels({METRIC_NAME: "a"}))])
    return [Batch([Row("shop", at_ms, series, np.ones(1))])]


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_file_of_nothing_begins_anew_and_says_so(tmp_path, caplog, content):
    (tmp_path / "samples.db").write_bytes(content)
    SampleStore(tmp_path).close()
    assert "samples.db is empty: expected samples, or no file; it begins anew" in caplog.text


@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_acknowledged_once_the_file_is_gone(tmp_path, replaced):
    folder = tmp_path / "data"
    with closing(SampleStore(folder)) as store:
        store.write(row(store, 1_000))
        shutil.rmtree(folder)
        if replaced:
            folder.mkdir()
            (folder / "samples.db").touch()
        with pytest.raises(StoreError, match=r"samples\.db was removed or replaced while in use"):
            store.write(row(store, 2_000))
