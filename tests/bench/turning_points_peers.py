"""Who finds turning points: ours, and each peer at every setting that the bench may choose for it.

All but Otava's own effect size work on logarithms, as noise is a share of the value. PELT and Otava leave out
points between whose segments less than a quarter lies (gate), as ours does: with it they did better.
"""

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from postmortem.turning_points.changes import find_changes
from tests.bench.turning_points_series import Floats

INSTALL = "pip install '.[bench]' && pip install --no-deps apache-otava==0.8.0"
GATE = 0.25  # of logarithms: the least change that counts, as ours has it
_NOTHING = 1e-9  # far below all generated values
_MAD_TO_SIGMA = 1.4826

Detect = Callable[[Floats, Floats], list[int]]


@dataclass(frozen=True)
class Setting:
    """One way of running a detector; ``detect`` takes times and values and gives indices of first samples."""

    words: str
    detect: Detect


def ours() -> Setting:
    return Setting(
        "as shipped", lambda times, values: [c.begins for c in find_changes(times, values, _NOTHING)]
    )


def peers() -> dict[str, list[Setting]]:
    """The settings of each peer that is installed, by its name."""
    found = {"sliding z-score": list(_z_scores())}
    if importlib.util.find_spec("ruptures"):
        found |= {"PELT rbf": list(_pelt("rbf")), "PELT l2": list(_pelt("linear"))}
    if importlib.util.find_spec("otava"):
        found |= {"apache-otava": list(_otava())}
    return found


def _pelt(kernel: str) -> Iterator[Setting]:
    """ruptures' KernelCPD: PELT with this kernel in C (its own l2 cost is the linear kernel).

    gamma: the kernel's width; without one ruptures takes the median of distances.
    """
    ruptures = importlib.import_module("ruptures")
    is_rbf = kernel == "rbf"
    penalties, gammas = (
        ((0.5, 0.75, 1, 1.5), (None, 0.5, 1.0, 4.0)) if is_rbf else ((8, 16, 32, 64, 128), (None,))
    )
    for penalty, gamma, least in itertools.product(penalties, gammas, (4,) if is_rbf else (8, 12)):

        def detect(
            _: Floats,
            values: Floats,
            penalty: float = penalty,
            gamma: float | None = gamma,
            least: int = least,
        ) -> list[int]:
            logs = np.log(values)
            unit = 1.0 if is_rbf else _sigma(logs) ** 2
            params = None if gamma is None else {"gamma": gamma}
            search = ruptures.KernelCPD(kernel=kernel, min_size=least, params=params).fit(logs[:, None])
            points = search.predict(pen=penalty * unit * np.log(len(logs)))[:-1]
            return _gated(logs, [int(point) for point in points])

        how = "" if not is_rbf else ", gamma " + ("by the median" if gamma is None else f"{gamma:g}")
        unit = "" if is_rbf else " σ²"
        yield Setting(f"penalty {penalty:g}{unit} ln n{how}, min_size {least}, gate", detect)


def _otava() -> Iterator[Setting]:
    analysis = importlib.import_module("otava.analysis")
    for window, least_p, on_logs in itertools.product((50,), (1e-7, 1e-10, 1e-15), (True, False)):

        def detect(
            _: Floats, values: Floats, window: int = window, least_p: float = least_p, on_logs: bool = on_logs
        ) -> list[int]:
            given = (np.log(values) if on_logs else values).tolist()
            magnitude = 0.0 if on_logs else 0.25
            try:
                points, _weak = analysis.compute_change_points(
                    given, window_len=window, max_pvalue=least_p, min_magnitude=magnitude
                )
            except ValueError:  # it fails on some series of its own accord
                return []
            indices = [point.index for point in points]
            return _gated(np.log(values), indices) if on_logs else indices

        what = "logarithms, gate" if on_logs else "values, min_magnitude 0.25"
        yield Setting(f"window_len {window}, max_pvalue {least_p:g}, {what}", detect)


def _z_scores() -> Iterator[Setting]:
    for window, far, lasting in itertools.product((40, 60), (2.0, 2.5, 3.0), (4, 6, 8)):

        def detect(
            _: Floats, values: Floats, window: int = window, far: float = far, lasting: int = lasting
        ) -> list[int]:
            return _z_score(np.log(values), window, far, lasting)

        yield Setting(f"median and MAD of {window} samples, {far:g} σ for {lasting} samples", detect)


def _z_score(logs: Floats, window: int, far: float, lasting: int) -> list[int]:
    """So many samples in a row further than ``far`` from the window before; then the window begins anew."""
    found, start, at = [], 0, window // 2
    while at + lasting <= len(logs):
        level = logs[max(start, at - window) : at]
        middle = _median(level)
        spread = max(_MAD_TO_SIGMA * _median(np.abs(level - middle)), 1e-9)
        apart = (logs[at : at + lasting] - middle) / spread
        if apart.min() > far or apart.max() < -far:
            found.append(at)
            start, at = at, at + window // 2
        else:
            at += 1
    return found


def _median(values: Floats) -> float:
    """The upper one of an even number; several times faster than numpy's on so few."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def _sigma(logs: Floats) -> float:
    return _MAD_TO_SIGMA * float(np.median(np.abs(np.diff(logs)))) / float(np.sqrt(2))


def _gated(logs: Floats, points: list[int]) -> list[int]:
    """Without the points between whose segments the medians are too near, weakest first."""
    kept = list(points)
    while kept:
        levels = [np.median(part) for part in np.split(logs, kept)]
        steps: npt.NDArray[np.float64] = np.abs(np.diff(levels))
        if steps.min() >= GATE:
            break
        del kept[int(steps.argmin())]
    return kept
