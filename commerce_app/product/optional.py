"""What a shop can do without for a while: each feature by the switches that leave it out."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from commerce_app.switches import Switch, Switches


class Feature(StrEnum):
    """The first two are the extras of a page."""

    RANKING = "ranking"
    RECOMMENDATIONS = "recommendations"
    POPULAR_REFRESH = "popular_refresh"


EXTRAS = frozenset({Feature.RANKING, Feature.RECOMMENDATIONS})
# Any of them that is on leaves the feature out.
LEFT_OUT_BY: Mapping[Feature, Collection[Switch]] = {
    Feature.RANKING: (Switch.READ_ONLY_RANKING, Switch.READ_ONLY_EXTRAS),
    Feature.RECOMMENDATIONS: (Switch.READ_ONLY_RECOMMENDATIONS, Switch.READ_ONLY_EXTRAS),
    Feature.POPULAR_REFRESH: (Switch.READ_ONLY_POPULAR,),
}
# What a page waits for its extras while those come last; their load goes on for the next reader.
EXTRAS_WAIT_SECONDS = 0.1


class OptionalFeatures:
    """Asks the switches anew each time."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    def offered(self, feature: Feature) -> bool:
        return not any(map(self._switches.on, LEFT_OUT_BY[feature]))

    def extras(self) -> frozenset[Feature]:
        """Those extras of a page that are offered."""
        return frozenset(filter(self.offered, EXTRAS))

    def extras_wait_seconds(self) -> float | None:
        """How long a page may wait for its extras, beside its deadline; None unless they come last."""
        return EXTRAS_WAIT_SECONDS if self._switches.on(Switch.PRIORITY_SHEDDING) else None
