"""What can go wrong while a fault is begun or healed."""


class FaultError(Exception):
    """A fault that could not be begun or healed; the text is one message for the user."""
