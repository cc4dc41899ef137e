"""The faults of an act's steps: begun, healed, and told as events that no ranking of causes reads."""

from collections.abc import Callable, Mapping
from typing import Protocol

from commerce_app.drill.part import Text
from commerce_app.drill.scenario import Step
from commerce_app.faults.fault import Fault


class Faults(Protocol):
    """What ``ActiveFaults`` does, and a fake in tests."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def begin(self, name: str, fault: Fault) -> None: ...

    def heal(self, name: str) -> None: ...


class Post(Protocol):
    """Posts an event of an act."""

    def __call__(
        self, kind: str, text: Text, at: float, *, service: str | None, attributes: Mapping[str, str]
    ) -> None: ...


class Injections:
    """``now`` gives Unix seconds.

    healed_at: when the last fault that lasted was healed; None while one is in force, or none has been.
    """

    def __init__(self, faults: Faults, post: Post, now: Callable[[], float]) -> None:
        self._faults = faults
        self._post = post
        self._now = now
        self.healed_at: float | None = None

    @property
    def in_force(self) -> frozenset[str]:
        """Names of the steps whose faults last."""
        return frozenset(self._faults.names)

    def begin(self, step: Step, fault: Fault, at: float) -> None:
        """Raises FaultError, StackError."""
        self._faults.begin(step.name, fault)
        if self._faults.names:
            self.healed_at = None
        self._tell(step, fault, step.text, at, "begun")

    def heal(self, step: Step, fault: Fault) -> None:
        """Raises FaultError, StackError."""
        self._faults.heal(step.name)
        # Healing may take its time: a server that starts again is back when it answers.
        at = self._now()
        if not self._faults.names:
            self.healed_at = at
        self._tell(step, fault, healed_text(step), at, "healed")

    def _tell(self, step: Step, fault: Fault, text: Text, at: float, phase: str) -> None:
        attributes = {"step": step.name, "fault": fault.type, "phase": phase}
        self._post("fault", text, at, service=fault.touches[0], attributes=attributes)


def healed_text(step: Step) -> Text:
    """What is said when a step's fault is over."""
    return Text(en=f"Over: {step.text.en}", ko=f"해소: {step.text.ko}")
