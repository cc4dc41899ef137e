"""Sloth's specs: its own files (``prometheus/v1``), and its kind for Kubernetes."""

from alerts.formats.sloth.reader import is_sloth, read_sloth
from alerts.formats.sloth.windows import PeriodOptions, with_period

__all__ = ["PeriodOptions", "is_sloth", "read_sloth", "with_period"]
