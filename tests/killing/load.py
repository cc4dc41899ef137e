"""The load: senders that write and readers that query, each noting what it was promised."""

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import numpy as np

from collector.labels import Labels
from tests.differential.remote_write import HEADERS, snappy, write_request
from tests.differential.samples import Column
from tests.killing.ledger import Key, Ledger

SERIES = 20
NAMES = "written|requests_total"


def written(sender: int, n: int) -> Labels:
    return Labels({"__name__": "written", "n": str(n), "sender": str(sender)})


class Load:
    """Two senders and two readers that go on through the deaths of the server at ``url``."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._url = url
        self._ledger = ledger
        self._ended = threading.Event()
        tasks = [self._sender(0), self._sender(1), self._reader(), self._reader()]
        self._threads = [threading.Thread(target=self._repeat, args=(task,)) for task in tasks]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, task: Callable[[httpx.Client], None]) -> None:
        with httpx.Client(timeout=5) as client:
            while not self._ended.wait(0.005):
                try:
                    task(client)
                except httpx.TransportError:  # killed, or not there yet
                    self._ended.wait(0.02)

    def _sender(self, sender: int) -> Callable[[httpx.Client], None]:
        value = 0

        def send(client: httpx.Client) -> None:
            nonlocal value
            value += 1
            at = round(time.time() * 1000)
            column = Column(np.array([at]), np.array([float(value)]))
            series = {written(sender, n): column for n in range(SERIES)}
            body = snappy(write_request(series))
            if client.post(f"{self._url}/api/v1/write", content=body, headers=HEADERS).status_code == 204:
                self._ledger.acknowledge(((str(labels), at), str(value)) for labels in series)

        return send

    def _reader(self) -> Callable[[httpx.Client], None]:
        def read(client: httpx.Client) -> None:
            self._ledger.show(stored(client, self._url, 2))

        return read


def stored(client: httpx.Client, url: str, seconds: int) -> Iterator[tuple[Key, str]]:
    """All samples of the last seconds as a query returns them."""
    query = {"query": f'{{__name__=~"{NAMES}"}}[{seconds}s]', "time": time.time() + 1}
    answer = client.post(f"{url}/api/v1/query", data=query)
    if answer.status_code != 200:
        return
    for line in answer.json()["data"]["result"]:
        series = str(Labels(line["metric"]))
        for at, value in line["values"]:
            yield (series, round(at * 1000)), value
