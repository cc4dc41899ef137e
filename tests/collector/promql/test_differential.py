"""Random queries, ours beside the installed Prometheus; ``python -m tests.differential`` asks many more."""

import random
import shutil

import numpy as np
import pytest

from collector.labels import Labels
from collector.series import STALE_NAN
from tests.differential.expressions import scalar, vector
from tests.differential.remote_write import snappy, write_request
from tests.differential.run import run
from tests.differential.samples import Column, world
from tests.differential.spelling import mistyped, tokens


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="Debian package prometheus is not installed")
def test_random_queries_answer_as_prometheus_does():
    tally = run(cases=500, seed=2025)
    assert [str(finding) for finding in tally.differing] == []
    assert tally.agreed > 480
    assert tally.empty + tally.both_failed < 250


def test_a_write_request_carries_the_bits_of_a_staleness_marker():
    column = Column(np.array([1]), np.array([STALE_NAN]))
    sample = b"\x12\x0b\x09\x02\x00\x00\x00\x00\x00\xf0\x7f\x10\x01"
    labels = b"\x0a\x06\x0a\x01a\x12\x01b"
    assert write_request({Labels({"a": "b"}): column}) == b"\x0a\x15" + labels + sample


def test_snappy_frames_each_64_kib():
    framed = snappy(b"x" * 65_537)
    assert framed == b"\x81\x80\x04" + b"\xf4\xff\xff" + b"x" * 65_536 + b"\xf4\x00\x00x"


def test_samples_lie_in_the_second_half_of_a_second():
    for column in world(seed=1, number=0).series.values():
        assert (column.times % 1000 >= 500).all()
        assert (np.diff(column.times) > 0).all()


def test_an_expression_is_cut_down_to_those_within_it():
    inner = vector("up")
    whole = vector("clamp_min(", inner, ", ", scalar("-", scalar("2")), ")")
    assert {str(one) for one in whole.reductions()} == {
        "up",
        "clamp_min(up, 2)",
        "clamp_min(up, 1)",
        "clamp_min(up, -1)",
    }


def test_tokens_are_the_query_again():
    query = "sum by (job) (rate(up{job=~`a`}[5m] offset 1m)) >= bool 0x1F"
    assert "".join(tokens(query)) == query
    assert mistyped(random.Random(1), query) != query
