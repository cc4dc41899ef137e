"""The faults of an act's steps: begun, healed, and told as events that no ranking of causes reads."""

from collections.abc import Callable, Mapping
from typing import Protocol

from commerce_app.drill.part import Text
from commerce_app.drill.scenario import Step
from commerce_app.faults.active import not_healed
from commerce_app.faults.errors import FaultError
from commerce_app.faults.fault import Fault
from commerce_app.stack.errors import StackError


class Faults(Protocol):
    """What ``ActiveFaults`` does, and a fake in tests."""

    @property
    def names(self) -> tuple[str, ...]: ...

    def begin(self, name: str, fault: Fault) -> None: ...

    def heal(self, name: str) -> None: ...

    def heal_all(self) -> list[str]: ...


class Post(Protocol):
    """Posts an event of an act."""

    def __call__(
        self, kind: str, text: Text, at: float, *, service: str | None, attributes: Mapping[str, str]
    ) -> None: ...


class Injections:
    """``now`` gives Unix seconds.

    healed_at: when the last fault that lasted was healed; None while one is in force, or none has been.
    unhealed: what could not be healed when its time came, in words. What was measured until then counts.
    """

    def __init__(self, faults: Faults, post: Post, now: Callable[[], float]) -> None:
        self._faults = faults
        self._post = post
        self._now = now
        self.healed_at: float | None = None
        self.unhealed: list[str] = []

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
        """Undo a step's fault, or say that it cannot be undone."""
        try:
            self._faults.heal(step.name)
        except (FaultError, StackError) as error:
            self.unhealed.append(not_healed(step.name, error))
            return
        # Healing may take its time: a server that starts again is back when it answers.
        at = self._now()
        if not self._faults.names:
            self.healed_at = at
        self._tell(step, fault, healed_text(step), at, "healed")

    def heal_rest(self) -> None:
        """Undo what is still in force when the act is over."""
        self.unhealed += [each for each in self._faults.heal_all() if each not in self.unhealed]

    def _tell(self, step: Step, fault: Fault, text: Text, at: float, phase: str) -> None:
        attributes = {"step": step.name, "fault": fault.type, "phase": phase}
        self._post("fault", text, at, service=fault.touches[0], attributes=attributes)


def healed_text(step: Step) -> Text:
    """What is said when a step's fault is over."""
    return Text(en=f"Over: {step.text.en}", ko=f"해소: {step.text.ko}")
