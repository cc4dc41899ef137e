import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from alerts.events import Kind
from alerts.notify.message import Style
from alerts.notify.slack import SlackNotifier
from alerts.outbox import Delivery

OK = (200, {}, None)


class FakeSlack:
    """Slack's Web API as far as we use it. ``answers`` are given first, in order: status, headers, error."""

    def __init__(self):
        self.calls = []
        self.answers = []
        self.thread_is_gone = False
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                method = self.path.rpartition("/")[2]
                fake.calls.append(
                    SimpleNamespace(method=method, token=self.headers["authorization"], body=body)
                )
                status, headers, error = fake.answers.pop(0) if fake.answers else OK
                if status == 0:
                    return  # hangs up without a word
                answer = {"ok": False, "error": error} if error else fake.answer(body)
                content = (
                    error.lstrip("<").encode()
                    if error and error.startswith("<")
                    else json.dumps(answer).encode()
                )
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, body):
        thread = {} if self.thread_is_gone else {"thread_ts": body.get("thread_ts")}
        return {"ok": True, "channel": "C1", "ts": f"{len(self.calls)}.0", "message": thread}

    @property
    def methods(self):
        return [call.method for call in self.calls]


@pytest.fixture
def slack():
    fake = FakeSlack()
    yield fake
    fake.server.shutdown()
    fake.server.server_close()


@pytest.fixture
def world(make_world, slack):
    notifier = SlackNotifier("xoxb-1", "#incidents", Style(), mention="<!here>", base_url=slack.url)
    notifier.pace_seconds = 0.0
    made = make_world(notifier)
    made.fire("ProductSlow", "product")
    return made


def posting(world):
    return world.postings()[0]


def test_page_is_posted_with_blocks_a_mention_and_the_token(world, slack):
    world.pass_time()
    (call,) = slack.calls
    assert (call.method, call.token, call.body["channel"]) == (
        "chat.postMessage",
        "Bearer xoxb-1",
        "#incidents",
    )
    assert call.body["text"] == "🔴 PAGE  ProductSlow summary"
    assert "<!here>" in call.body["blocks"][1]["text"]["text"]
    assert posting(world).receipt == {"channel": "C1", "ts": "1.0"}


def test_change_updates_the_message_and_replies_in_its_thread(world, slack):
    world.pass_time()
    world.record(Kind.MITIGATION, "product", text="TTL raised", author="kim")
    world.pass_time(15)
    _, update, reply = slack.calls
    assert (update.method, update.body["ts"]) == ("chat.update", "1.0")
    assert (reply.method, reply.body["thread_ts"], reply.body["reply_broadcast"]) == (
        "chat.postMessage",
        "1.0",
        False,
    )
    assert "mitigation product: TTL raised (kim)" in reply.body["text"]


def test_message_of_an_incident_whose_page_ended_is_headed_so_and_mentions_nobody(world, slack):
    world.fire("ProductSlow", "product", "ticket")
    world.pass_time()
    world.end("ProductSlow", "product")
    world.pass_time(15)
    _, update, _ = slack.calls
    assert update.body["text"] == "🟡 TICKET, was a page  ProductSlow summary"
    assert "<!here>" not in json.dumps(update.body)


def test_de_escalation_edits_the_message_and_is_told_in_the_thread_alone(world, slack):
    world.fire("ProductSlow", "product", "ticket")
    world.pass_time()
    world.end("ProductSlow", "product")
    world.pass_time(15)
    reply = slack.calls[-1].body
    assert (reply["thread_ts"], reply["reply_broadcast"]) == ("1.0", False)
    said = "now a ticket: no page fires any more; tickets still do: ProductSlow summary"
    assert reply["text"].splitlines()[-1].endswith(said)
    assert "<!here>" not in json.dumps(reply)


def test_escalation_rings_in_the_channel(make_world, slack):
    world = make_world(SlackNotifier("x", "#i", Style(), mention="<!here>", base_url=slack.url))
    world.fire("HitRatio", "product", "ticket")
    world.pass_time(30)
    assert "<!here>" not in json.dumps(slack.calls[0].body)
    world.fire("OrderErrors", "order")
    world.pass_time(1)
    reply = slack.calls[-1].body
    assert (slack.methods, reply["reply_broadcast"]) == (
        ["chat.postMessage", "chat.update", "chat.postMessage"],
        True,
    )
    assert reply["text"].startswith("🔴 PAGE  OrderErrors summary  <!here>")


@pytest.mark.parametrize(
    ("answer", "error", "wait"),
    [
        ((429, {"Retry-After": "7"}, "ratelimited"), "ratelimited", 7),
        ((429, {}, "ratelimited"), "ratelimited", 30),
        ((503, {}, "<html>"), "HTTP 503", 1),
        ((200, {}, "<html>"), "HTTP 200: not an answer of Slack", 1),
        ((404, {}, "<html>"), "HTTP 404: not an answer of Slack", 1),
        ((302, {"Location": "http://127.0.0.1:1/"}, "<html>"), "HTTP 302: not an answer of Slack", 1),
        ((200, {}, "<[1]"), "HTTP 200: not an answer of Slack", 1),
        ((500, {}, None), "HTTP 500", 1),
        ((200, {}, "internal_error"), "internal_error", 1),
        ((200, {}, "service_unavailable"), "service_unavailable", 1),
        ((0, {}, None), "chat.postMessage: ", 1),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_passing_failures_are_tried_again_when_slack_says(world, slack, answer, error, wait):
    slack.answers = [answer]
    world.pass_time()
    assert posting(world).last_error.startswith(error)
    world.pass_time(wait - 0.5)
    assert len(slack.calls) == 1
    world.pass_time(0.5)
    assert (posting(world).state, slack.methods) == (Delivery.SENT, ["chat.postMessage"] * 2)


@pytest.mark.parametrize(
    ("answer", "posts"), [((503, {"Retry-After": "9"}, "<html>"), 2), ((429, {}, "ratelimited"), 1)]
)
def test_only_a_rate_limit_holds_up_the_page_of_another_incident(world, slack, answer, posts):
    slack.answers = [answer]
    world.fire("MailFails", "mail")
    world.pass_time()
    assert len(slack.calls) == posts


@pytest.mark.parametrize("error", ["invalid_auth", "channel_not_found", "is_archived"])
def test_final_failures_are_not_tried_again(world, slack, error):
    slack.answers = [(200, {}, error)]
    world.pass_time()
    world.pass_time(100)
    assert (posting(world).state, posting(world).last_error, len(slack.calls)) == (Delivery.FAILED, error, 1)


def test_page_is_sent_as_plain_text_when_slack_refuses_its_blocks(world, slack):
    slack.answers = [(200, {}, "invalid_blocks")]
    world.pass_time()
    plain = slack.calls[1].body
    assert (plain["text"], plain["blocks"]) == ("🔴 PAGE  ProductSlow summary  <!here>", [])
    assert posting(world).state is Delivery.SENT


def test_an_alert_mentions_nobody_and_fakes_no_link_in_any_text(make_world, slack):
    world = make_world(SlackNotifier("x", "#i", Style(), mention="<!here>", base_url=slack.url))
    slack.answers = [(200, {}, "invalid_blocks")]
    world.fire("<!channel> <https://evil.example|runbook>", "product")
    world.pass_time()
    texts = [call.body["text"] for call in slack.calls]
    assert texts[0] == "🔴 PAGE  &lt;!channel&gt; &lt;https://evil.example|runbook&gt; summary"
    assert texts[1] == f"{texts[0]}  <!here>"


def test_a_message_that_slack_took_without_saying_where_is_not_posted_again(world, slack):
    slack.answer = lambda _body: {"ok": True}
    world.pass_time()
    world.pass_time(100)
    assert (posting(world).state, slack.methods) == (Delivery.SENT, ["chat.postMessage"])


def test_slack_that_cannot_be_reached_is_tried_again(world, slack):
    slack.server.shutdown()
    slack.server.server_close()
    world.pass_time()
    assert (posting(world).state, posting(world).attempts) == (Delivery.PENDING, 1)
    assert "Connection refused" in posting(world).last_error


def test_slack_that_does_not_answer_is_given_up_on_for_now(make_world, monkeypatch):
    monkeypatch.setattr("alerts.notify.slack.TIMEOUT_SECONDS", 0.05)
    silent = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # accepts, and nobody serves
    url = f"http://127.0.0.1:{silent.server_port}"
    world = make_world(SlackNotifier("x", "#i", Style(), mention="", base_url=url))
    world.fire("ProductSlow", "product")
    world.pass_time()
    silent.server_close()
    assert "no whole answer within 0.05 s" in posting(world).last_error


def test_message_that_somebody_deleted_is_posted_anew(world, slack):
    world.pass_time()
    slack.answers = [(200, {}, "message_not_found")]
    world.record(Kind.NOTE, "product")
    world.pass_time(15)
    world.record(Kind.NOTE, "product")
    world.pass_time(15)
    assert slack.methods[1:4] == ["chat.update", "chat.postMessage", "chat.update"]
    assert slack.calls[3].body["ts"] == "3.0"


def test_reply_that_lost_its_thread_becomes_the_incidents_message(world, slack):
    world.pass_time()
    slack.thread_is_gone = True
    world.record(Kind.NOTE, "product")
    world.pass_time(15)
    assert slack.methods == ["chat.postMessage", "chat.update", "chat.postMessage", "chat.update"]
    assert slack.calls[3].body["ts"] == "3.0"
    assert world.postings()[-1].receipt == {"channel": "C1", "ts": "3.0"}
