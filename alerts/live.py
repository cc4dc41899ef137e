"""The incidents that an alert may join, found by what their services stand on."""

from collections import defaultdict
from collections.abc import Iterable

from alerts.incidents import Dependencies, Incident


class LiveIncidents:
    """Two services are related if one stands on the other or both on a third: if what they reach meets.

    So only incidents that reach something of an alert's have to be looked at, however many are open.
    """

    def __init__(self, incidents: Iterable[Incident], dependencies: Dependencies) -> None:
        self._dependencies = dependencies
        self._incidents: dict[str, Incident] = {}
        self._places: dict[str, int] = {}
        self._reaching: defaultdict[str, set[str]] = defaultdict(set)
        for incident in incidents:
            self.put(incident)

    def put(self, incident: Incident) -> None:
        """Adds an incident, or puts it in the place of what it was; services only ever join."""
        earlier = self._incidents.get(incident.id)
        self._incidents[incident.id] = incident
        self._places.setdefault(incident.id, len(self._places))
        for service in set(incident.services).difference(earlier.services if earlier else ()):
            for reached in self._dependencies.reach(service):
                self._reaching[reached].add(incident.id)

    def get(self, incident_id: str) -> Incident | None:
        return self._incidents.get(incident_id)

    def near(self, service: str) -> tuple[Incident, ...]:
        """Those with a service related to this one, in the order they were added."""
        found = {each for reached in self._dependencies.reach(service) for each in self._reaching[reached]}
        return tuple(self._incidents[each] for each in sorted(found, key=self._places.__getitem__))

    def unresolved(self) -> tuple[Incident, ...]:
        return tuple(incident for incident in self._incidents.values() if not incident.is_resolved)
