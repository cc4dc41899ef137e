import threading

import httpx
import orjson
import pytest
import stamina

from collector.relabel import RelabelRule
from collector.sinks import AlertDispatcher, HttpAlertSink, _relabelled, alertmanager_urls, rfc3339

ALERT = {"labels": {"alertname": "Down"}, "annotations": {}, "startsAt": rfc3339(0), "endsAt": rfc3339(60)}


@pytest.fixture(autouse=True)
def at_once():
    with stamina.set_testing(True, attempts=3):
        yield


def sink(handler):
    return HttpAlertSink("http://am:9093/prefix/", transport=httpx.MockTransport(handler))


def test_alerts_are_posted_as_alertmanager_takes_them():
    seen = []

    def handler(request):
        seen.append((request.method, str(request.url), orjson.loads(request.content)))
        return httpx.Response(200)

    sink(handler).send([ALERT])
    assert seen == [("POST", "http://am:9093/prefix/api/v2/alerts", [ALERT])]


@pytest.mark.parametrize("failure", [httpx.Response(503), httpx.ConnectError("refused")])
def test_a_failure_that_may_pass_is_tried_again(failure):
    answers = [failure, httpx.Response(200)]

    def handler(request):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    sink(handler).send([ALERT])
    assert answers == []


def test_a_refusal_is_not_tried_again():
    seen = []

    def handler(request):
        seen.append(1)
        return httpx.Response(400)

    with pytest.raises(httpx.HTTPStatusError):
        sink(handler).send([ALERT])
    assert len(seen) == 1


def test_an_address_that_cannot_exist_is_not_tried_again(monkeypatch):
    seen, nowhere = [], HttpAlertSink("http://127.0.0.1:99999")
    send = nowhere._client.send
    monkeypatch.setattr(nowhere._client, "send", lambda *to, **body: seen.append(to) or send(*to, **body))
    with pytest.raises(httpx.ConnectError, match="expected an address that exists"):
        nowhere.send([ALERT])
    assert len(seen) == 1


class Recorder:
    def __init__(self, fail=0):
        self.batches = []
        self.fail = fail
        self.done = threading.Event()

    def send(self, alerts):
        if self.fail:
            self.fail -= 1
            raise ConnectionError("gone")
        self.batches.append(list(alerts))
        self.done.set()


def test_a_dispatcher_sends_from_its_own_thread_and_outlives_failures():
    recorder = Recorder(fail=1)
    dispatcher = AlertDispatcher(recorder)
    dispatcher.start()
    dispatcher.offer([ALERT])
    dispatcher.offer([ALERT, ALERT])
    assert recorder.done.wait(5)
    dispatcher.stop()
    assert (dispatcher.failed, dispatcher.sent) == (1, 2)


def test_what_waits_is_bounded_and_the_oldest_goes():
    dispatcher = AlertDispatcher(Recorder())
    for _ in range(1005):
        dispatcher.offer([ALERT])
    assert dispatcher.dropped == 5


def test_stopping_sends_what_waits():
    recorder = Recorder()
    dispatcher = AlertDispatcher(recorder)
    dispatcher.offer([ALERT])
    dispatcher.start()
    dispatcher.stop()
    assert len(recorder.batches) == 1


class Closing(Recorder):
    """Notes how many batches it had taken when it was closed."""

    closed_after = None

    def close(self):
        self.closed_after = len(self.batches)


def test_a_sink_is_closed_after_the_last_batch():
    closing = Closing()
    dispatcher = AlertDispatcher(closing, closing.close)
    dispatcher.offer([ALERT])
    dispatcher.start()
    dispatcher.stop()
    assert closing.closed_after == 1


def test_a_sink_that_was_never_used_is_closed():
    closing = Closing()
    AlertDispatcher(closing, closing.close).stop()
    assert closing.closed_after == 0


def test_addresses_of_alertmanagers():
    assert alertmanager_urls(["a:1", "b:2"], "https", "/x/") == ["https://a:1/x", "https://b:2/x"]
    assert alertmanager_urls(["a:1"], "http", "/") == ["http://a:1"]


def test_an_alertmanager_that_does_not_answer_is_one_line_in_the_log(caplog):
    def refuse(_request):
        raise httpx.ConnectError("refused")

    dispatcher = AlertDispatcher(sink(refuse))
    dispatcher.start()
    dispatcher.offer([ALERT])
    dispatcher.stop()
    (line,) = [record for record in caplog.records if record.name == "collector.sinks"]
    assert line.getMessage() == "1 alerts could not be sent to http://am:9093/prefix/api/v2/alerts: refused"
    assert line.exc_info is None


def test_an_alert_that_relabelling_makes_too_long_goes_out_as_it_is(caplog):
    doubled = RelabelRule(source_labels=("a",), target_label="a", replacement="$1$1")
    assert _relabelled({"a": "x"}, [doubled] * 30) == {"a": "x"}
    assert "alert_relabel_configs are not applied" in caplog.text
