"""Whether samples can be stored now: the ingest thread says it, rules, pages and the alert on it read it."""

import logging

logger = logging.getLogger(__name__)


class Storing:
    """``reason`` is empty while samples are stored. Each change is logged once."""

    def __init__(self) -> None:
        self.reason = ""

    def failed(self, reason: str) -> None:
        if reason != self.reason:
            logger.error("%s", reason)
        self.reason = reason

    def worked(self) -> None:
        if self.reason:
            logger.warning("samples are stored again")
        self.reason = ""
