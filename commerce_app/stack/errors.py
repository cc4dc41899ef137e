"""What can go wrong while servers are started and kept.

StackError
├── MissingBinaryError  a server's program is not on this machine: what was looked for, and where
└── ServerFailedError   a server did not come up, or ended by itself: with the last lines of its log
"""


class StackError(Exception):
    """Base of this package's errors; the text is one message for the user."""


class MissingBinaryError(StackError):
    """A server's program is nowhere to be found."""


class ServerFailedError(StackError):
    """A server that did not come up, or that ended while it was needed."""

    def __init__(self, name: str, what: str, log_tail: str) -> None:
        indented = "".join(f"\n    {line}" for line in log_tail.splitlines())
        super().__init__(
            f"{name}: {what}" + (f"; the end of its log:{indented}" if indented else "; its log is empty")
        )
        self.name = name
