"""Against a server that a test has speak as it likes."""

import socket
import threading
import time
from contextlib import suppress

import httpx
import pytest

from collector.http_client import HttpClient, reason_of

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


@pytest.fixture
def speaking():
    """Starts a server that reads a request and then calls ``speak(connection)`` on a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def start(speak):
        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                with suppress(OSError):  # the client went away
                    speak(connection)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    for thread in threads:
        thread.join()
    listener.close()


@pytest.fixture
def client():
    clients = []

    def make(**options):
        clients.append(HttpClient(**{"seconds": 10.0, **options}))
        return clients[-1]

    yield make
    for each in clients:
        each.close()


@pytest.mark.parametrize("start", [b"", HEAD], ids=["head", "body"])
def test_an_answer_that_drips_ends_in_time(speaking, client, start):
    def drip(connection):
        connection.sendall(start)
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2000:
            connection.sendall(bytes([byte]))
            time.sleep(0.01)

    with pytest.raises(httpx.ReadTimeout, match=r"no whole answer within 0\.2 s"):
        client(seconds=0.2).send("GET", speaking(drip))


def test_no_more_of_an_answer_is_read_than_allowed(speaking, client):
    url = speaking(lambda connection: connection.sendall(HEAD + b"x" * 1_000_000))
    answer = client(most_bytes=1000).send("GET", url)
    assert (answer.status_code, answer.content) == (200, b"x" * 1000)


def test_a_longer_answer_is_refused_where_a_part_is_of_no_use(speaking, client):
    url = speaking(lambda connection: connection.sendall(HEAD + b"x" * 1_000_000))
    with pytest.raises(httpx.DecodingError, match="expected an answer of at most 1 KiB, found a longer one"):
        client(most_bytes=1024, refuse_longer=True).send("GET", url)


def test_an_answer_of_just_the_length_is_taken(speaking, client):
    url = speaking(lambda connection: connection.sendall(HEAD + b"x" * 1_000_000))
    assert len(client(most_bytes=1_000_000, refuse_longer=True).send("GET", url).content) == 1_000_000


def test_a_request_under_way_is_interrupted(speaking, client):
    asked = client()

    def interrupt(connection):
        asked.interrupt()
        connection.recv(1)  # the client hangs up

    with pytest.raises(httpx.ReadError, match="interrupted"):
        asked.send("GET", speaking(interrupt))


def test_nobody_there_is_told_as_it_is(client):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(httpx.ConnectError) as refused:
        client().send("GET", f"http://127.0.0.1:{port}/")
    assert reason_of(refused.value) == "Connection refused"


def test_a_failure_without_a_cause_is_told_in_its_own_words():
    assert reason_of(httpx.ReadError("interrupted")) == "interrupted"
    assert reason_of(httpx.ReadError("")) == "ReadError"


def test_an_answer_is_unpacked_and_keeps_its_headers():
    def answer(request):
        return httpx.Response(201, headers={"X-A": "b"}, json={"asked": request.content.decode()})

    asked = HttpClient(seconds=1.0, transport=httpx.MockTransport(answer))
    got = asked.send("POST", "http://x/", content=b"hello")
    asked.close()
    assert (got.status_code, got.headers["x-a"], got.json()) == (201, "b", {"asked": "hello"})
