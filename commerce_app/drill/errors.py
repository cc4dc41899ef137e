"""What can go wrong in a drill.

DrillError
├── ScenarioError   a scenario file is wrong: file, key, what was expected
├── CommandError    a command of Fireline's failed: what was run, what it said
└── Interrupted     somebody pressed Ctrl-C or sent SIGTERM
"""


class DrillError(Exception):
    """Base of this package's errors; the text is one message for the user."""


class ScenarioError(DrillError):
    """A scenario that cannot be run."""


class CommandError(DrillError):
    """A child that Fireline's own commands run in failed, or did not answer."""


class Interrupted(BaseException):
    """Not an Exception: nothing but the outermost frame may take it for a failure it can handle."""
