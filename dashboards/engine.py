"""The user's own Prometheus, asked by all parts of one process."""

import threading

from collector.config_remote import RemoteConfig
from collector.errors import QueryError
from collector.remote import RemoteQuerier
from collector.series import Sample, Series

RETRY_SECONDS = 2.0  # what is asked for is soon asked for again
ANSWER_SECONDS = 20.0


class OtherEngine(RemoteQuerier):
    """Once told to stop it answers no more, so that a stop does not wait for a server that is away."""

    def __init__(self, config: RemoteConfig) -> None:
        super().__init__(
            config.url,
            config.http,
            headers=config.headers,
            timeout_seconds=ANSWER_SECONDS,
            deadline_seconds=RETRY_SECONDS,
        )
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()
        self.interrupt()

    def instant(self, query: str, at: float) -> list[Sample]:
        self._refuse_when_stopping()
        return super().instant(query, at)

    def range(self, query: str, start: float, end: float, step_seconds: float) -> list[Series]:
        self._refuse_when_stopping()
        return super().range(query, start, end, step_seconds)

    def _refuse_when_stopping(self) -> None:
        if self._stopping.is_set():
            raise QueryError("Fireline is stopping", kind="canceled", retryable=True)
