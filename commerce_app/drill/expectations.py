"""What a scenario says beforehand of an act: which objectives it loses, how far which series goes."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from commerce_app.drill.part import Part
from commerce_app.drill.series import MEASURED, Measured

Window = Literal["before", "fault", "after", "act"]
Share = Annotated[float, Field(ge=0, le=1)]


class Bound(Part):
    """How far a figure goes: a series at its worst ``during`` a stretch, or a figure of the customers'.

    at_least, at_most: in the figure's own unit (seconds, ratio 0-1, count). A series is judged by its worst
    sample, so ``at_most`` on a latency holds for every sample, and ``at_least`` says that one got there; on
    a hit rate, whose worst is its lowest, it is the other way about. ``before`` the first step its median is
    judged instead: what is usual.
    """

    series: str | None = None
    customers: str | None = None
    during: Window = "fault"
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _is_of_one_figure(self) -> Self:
        if (self.series is None) == (self.customers is None):
            raise ValueError("expected either `series` or `customers`")
        if self.at_least is None and self.at_most is None:
            raise ValueError("expected `at_least`, `at_most`, or both")
        if self.series is not None and self.series not in {each.name for each in MEASURED}:
            known = ", ".join(each.name for each in MEASURED)
            raise ValueError(f"series: expected one of {known}, got {self.series}")
        return self

    @property
    def figure(self) -> str:
        return str(self.series or self.customers)

    @property
    def measured(self) -> Measured | None:
        """The series, where it is one."""
        return next((each for each in MEASURED if each.name == self.series), None)

    def holds(self, value: float | None) -> bool:
        """Whether the figure is within; nothing measured is within no bound."""
        if value is None:
            return False
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


class Expectation(Part):
    """Of one act. ``lost``: the objectives that it misses, or ``none``; those not named may go either way.

    served_at_least: the share of the offered orders that were placed. pages_served_at_least: of the product
    pages asked for that came.
    paged: whether somebody is; None where it may be either. document_order: each series turns no earlier than
    those before it in the seed document.
    """

    lost: tuple[str, ...] | Literal["none"]
    bounds: tuple[Bound, ...] = ()
    served_at_least: Share | None = None
    pages_served_at_least: Share | None = None
    paged: bool | None = None
    document_order: bool = False


class Expectations(Part):
    """``cause``: the step that is the true cause, by its name."""

    cause: str
    unprotected: Expectation
    protected: Expectation

    @model_validator(mode="after")
    def _protected_loses_nothing(self) -> Self:
        if self.protected.lost != "none":
            raise ValueError("protected.lost: expected none, for a protected act keeps every objective")
        return self
