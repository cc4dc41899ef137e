"""How long something has been failing, which is how long to leave it alone."""

QUIET_SECONDS = 10.0


class Outage:
    """Failures less than ``quiet_seconds`` apart are one outage."""

    def __init__(self, quiet_seconds: float = QUIET_SECONDS) -> None:
        self._quiet_seconds = quiet_seconds
        self._began_at = self._latest_at = float("-inf")

    def failed(self, at: float) -> float:
        """Note a failure; returns the seconds that the outage has lasted.

        Whoever waits as long as it has lasted comes back at twice its age: the longer it lasts, the
        seldomer, as with exponential backoff.
        """
        if at - self._latest_at >= self._quiet_seconds:
            self._began_at = at
        self._latest_at = at
        return at - self._began_at
