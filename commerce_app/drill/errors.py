"""What can go wrong in a drill.

DrillError
├── ScenarioError   a scenario file is wrong: file, key, what was expected
├── ScheduleError   a schedule of game days is wrong, or not for this stack: file, key, what was expected
├── RecordError     the reports of earlier game days cannot be read: file, what was expected
├── OutError        a folder that is to be filled cannot be: folder, why
├── RunningError    a game day, or another drill in the same folder or on this machine, has not ended yet
├── CommandError    a command of Fireline's failed: what was run, what it said
└── Interrupted     somebody pressed Ctrl-C or sent SIGTERM
"""


class DrillError(Exception):
    """Base of this package's errors; the text is one message for the user."""


class ScenarioError(DrillError):
    """A scenario that cannot be run."""


class ScheduleError(DrillError):
    """A schedule of game days that cannot be kept here."""


class RecordError(DrillError):
    """A report of an earlier game day that is none."""


class OutError(DrillError):
    """A folder that a drill cannot fill."""


class RunningError(DrillError):
    """Another game day is being held with the same reports, or another drill is under way here."""


class CommandError(DrillError):
    """A child that Fireline's own commands run in failed, or did not answer."""


class Interrupted(BaseException):
    """Not an Exception: nothing but the outermost frame may take it for a failure it can handle."""
