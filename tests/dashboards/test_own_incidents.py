import pytest

from alerts.errors import StorageError
from collector.sinks import AlertDispatcher
from dashboards.own_incidents import OwnIncidents


class Full:
    """Incidents on a disk that is full."""

    def send(self, alerts):
        raise StorageError("incidents cannot be written: database or disk is full")


@pytest.mark.parametrize("batches", [1, 3])
def test_each_sending_that_a_full_disk_refuses_is_one_line_in_the_log(caplog, batches):
    dispatcher = AlertDispatcher(OwnIncidents(Full()))
    for _ in range(batches):
        dispatcher.offer([{"labels": {"alertname": "A"}}])
    dispatcher.start()
    dispatcher.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "1 alerts could not be sent: incidents cannot be written: database or disk is full"
    ] * batches
    assert not any(record.exc_info for record in caplog.records)
