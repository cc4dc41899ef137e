import numpy as np
import pytest

from collector.embedded import EmbeddedQuerier
from collector.memory import MemoryStore
from tests.promqltest.script import read_script


@pytest.fixture
def loaded():
    """A querier on samples in the notation of Prometheus' test scripts."""

    def load(text, **options):
        store = MemoryStore()
        for command in read_script(text):
            for line in command.series:
                kept = [i for i, value in enumerate(line.values) if value is not None]
                times = np.array(kept, dtype=np.int64) * command.step_ms
                store.append_column(
                    line.labels, times, np.array([line.values[i] for i in kept], dtype=np.float64)
                )
        return EmbeddedQuerier(store, **options)

    return load
