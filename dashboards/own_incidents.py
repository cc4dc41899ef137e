"""Where alerts of our own rules go: into our own incidents."""

from collections.abc import Sequence

from alerts.app import Alerts
from alerts.errors import AlertsError
from collector.errors import SinkError
from collector.sinks import PostableAlert


class OwnIncidents:
    """An ``AlertSink``."""

    def __init__(self, alerts: Alerts) -> None:
        self._alerts = alerts

    def send(self, alerts: Sequence[PostableAlert]) -> None:
        """Raises ``SinkError`` where some are malformed, or cannot be kept."""
        try:
            self._alerts.send(alerts)
        except AlertsError as error:
            raise SinkError(str(error)) from error
