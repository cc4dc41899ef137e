"""A target and a collector that serve, and remote write requests, spelled by Google's protobuf library."""

import signal

import cramjam
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from collector.store.durable import SampleStore
from tests.collector.served import Served
from tests.collector.target import counting_target

FIELD = descriptor_pb2.FieldDescriptorProto
MESSAGES = {
    "Label": [("name", 1, FIELD.TYPE_STRING), ("value", 2, FIELD.TYPE_STRING)],
    "Sample": [("value", 1, FIELD.TYPE_DOUBLE), ("timestamp", 2, FIELD.TYPE_INT64)],
    "Histogram": [("sum", 3, FIELD.TYPE_DOUBLE), ("timestamp", 15, FIELD.TYPE_INT64)],
    "TimeSeries": [
        ("labels", 1, "Label"), ("samples", 2, "Sample"), ("exemplars", 3, "TimeSeries"),
        ("histograms", 4, "Histogram"),
    ],
    "Metadata": [("metric_family_name", 2, FIELD.TYPE_STRING), ("help", 4, FIELD.TYPE_STRING)],
    "WriteRequest": [("timeseries", 1, "TimeSeries"), ("metadata", 3, "Metadata")],
}  # fmt: skip


def message_class():
    file = descriptor_pb2.FileDescriptorProto(name="remote.proto", package="prometheus", syntax="proto3")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, kind in fields:
            if isinstance(kind, str):
                message.field.add(
                    name=field,
                    number=number,
                    label=3,
                    type=FIELD.TYPE_MESSAGE,
                    type_name=f".prometheus.{kind}",
                )
            else:
                message.field.add(name=field, number=number, label=1, type=kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("prometheus.WriteRequest"))


REQUEST = message_class()


def request_of(*series):
    """A request of (labels, [(time_ms, value), …]) each."""
    request = REQUEST()
    for labels, samples in series:
        added = request.timeseries.add()
        for name, value in labels.items() if isinstance(labels, dict) else labels:
            added.labels.add(name=name, value=value)
        for time_ms, value in samples:
            added.samples.add(timestamp=time_ms, value=value)
    return request


@pytest.fixture(scope="session")
def new_request():
    return request_of


@pytest.fixture(scope="session")
def packed():
    def pack(*series):
        return bytes(cramjam.snappy.compress_raw(request_of(*series).SerializeToString()))

    return pack


@pytest.fixture
def target():
    with counting_target() as server:
        yield server


@pytest.fixture
def serve(tmp_path):
    running = []

    def start(config, *flags):
        served = Served(tmp_path, config, *flags)
        running.append(served)
        return served

    yield start
    for served in running:
        if served.process.poll() is None:
            served.end(signal.SIGKILL)
        served.process.stderr.close()


@pytest.fixture
def store(tmp_path):
    """An empty store of samples in a folder of its own."""
    store = SampleStore(tmp_path / "data")
    yield store
    store.close()
