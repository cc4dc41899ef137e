"""What can go wrong in the control room and its wiring.

DashboardsError
├── SettingsError   fireline.yml, a flag or a folder is wrong: place, key, what was expected
└── LintError       a Grafana dashboard that breaks a rule of ours
"""


class DashboardsError(Exception):
    """Base of this package's errors. ``retryable``: the same call may succeed later."""

    retryable = False


class SettingsError(DashboardsError):
    """Something the user set cannot be used; the text names the place and what was expected."""


class LintError(DashboardsError):
    """A dashboard that breaks a rule; the text names board, panel and rule."""
