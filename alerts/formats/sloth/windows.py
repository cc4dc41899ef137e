"""The period of Sloth's SLOs, which its specs do not say: whoever compiles them does, as Sloth's flags do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.errors import SpecError
from alerts.formats.sloth.reader import FILE, KUBERNETES
from alerts.policy import load_policy
from alerts.slo import Slo
from collector.durations import format_duration

DEFAULT_PERIOD_SECONDS = 30 * 86_400.0
_BUILT_IN_SECONDS = (28 * 86_400.0, DEFAULT_PERIOD_SECONDS)
_SUFFIXES = {".yml", ".yaml"}


@dataclass(frozen=True)
class PeriodOptions:
    """seconds: the period; without it that of ``windows``, or 30 days.

    windows: a file of Sloth's kind ``AlertWindows``, or a folder of such, one for each period.
    seconds_key, windows_key, place: what messages call both, flags or keys of the file ``place``.
    """

    seconds: float | None = None
    windows: Path | None = None
    seconds_key: str = "--slo-period"
    windows_key: str = "--windows"
    place: str = ""

    @property
    def are_given(self) -> bool:
        return self.seconds is not None or self.windows is not None


def with_period(slos: Sequence[Slo], options: PeriodOptions) -> list[Slo]:
    """The SLOs, those of Sloth over the period and with the windows of the options.

    Raises:
        SpecError: for windows that are wrong, or where there are none for the period.
    """
    if not options.are_given:
        return list(slos)
    policy, period_seconds = _found(options)
    return [
        replace(slo, policy=policy, period_seconds=period_seconds)
        if slo.format in {FILE, KUBERNETES}
        else slo
        for slo in slos
    ]


def _found(options: PeriodOptions) -> tuple[str, float]:
    wanted, windows = options.seconds, options.windows
    if windows is None:
        if wanted not in _BUILT_IN_SECONDS:
            key = f"{options.place}: {options.seconds_key}" if options.place else options.seconds_key
            raise SpecError(f"{key}: expected 28d or 30d, or {options.windows_key} with others")
        return "sloth", wanted
    if windows.is_dir():
        return _in_folder(windows, wanted or DEFAULT_PERIOD_SECONDS)
    if windows.suffix not in _SUFFIXES:
        raise SpecError(f"{windows}: expected a .yml file of the kind AlertWindows, or a folder of such")
    meant = load_policy(str(windows)).period_seconds
    if wanted and meant and wanted != meant:
        said, found = format_duration(wanted), format_duration(meant)
        expected = f"expected {said} as {options.seconds_key} says"
        raise SpecError(f"{windows}: sloPeriod: {expected}, found {found}")
    return str(windows), wanted or meant or DEFAULT_PERIOD_SECONDS


def _in_folder(folder: Path, period_seconds: float) -> tuple[str, float]:
    paths = sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    found = [path for path in paths if load_policy(str(path)).period_seconds == period_seconds]
    if len(found) != 1:
        told = ", ".join(path.name for path in found) or "none"
        expected = f"expected one file with sloPeriod: {format_duration(period_seconds)}"
        raise SpecError(f"{folder}: {expected}, found {told}")
    return str(found[0]), period_seconds
