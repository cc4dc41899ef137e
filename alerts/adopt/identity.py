"""Which series are of which service: by job, and by a finer label where a job scrapes several services."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from collector.labels import Labels, Matcher, MatchOp

SERVICE_LABELS = ("service_name", "application", "app", "app_kubernetes_io_name", "service")
SCOPE_LABELS = ("namespace", "kubernetes_namespace", "environment", "env", "cluster")
Key = tuple[tuple[str, str], ...]

_UNUSUAL = re.compile(r"[^\w.:@-]+")


@dataclass(frozen=True)
class Identity:
    """A service. ``labels`` are those that all of its series have and no others.

    without: labels that none of its series has, where other series of the job have them.
    """

    name: str
    labels: Labels
    without: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What its series have in common, whatever it is called."""
        return (*self.labels.pairs, *((name, "") for name in self.without))

    def matchers(self) -> str:
        return ",".join(str(Matcher(name, MatchOp.EQUAL, value)) for name, value in self.key)

    def has(self, labels: Labels) -> bool:
        """Whether a series with these labels is of this service."""
        return all(labels.get(name) == value for name, value in self.key)


def identity_labels(own: Sequence[str] = ()) -> list[str]:
    """The labels that may tell services apart, as a query's ``by`` lists them."""
    return list(dict.fromkeys(["job", *own, *SERVICE_LABELS, *SCOPE_LABELS]))


def identities(found: Iterable[Labels], own: Sequence[str] = ()) -> list[Identity]:
    """The services behind label sets; ``own`` names labels that come before the usual ones.

    A label counts where each series of the job has it; a scope only where the job has several. Series without
    it are a service of their own, which selects none of the others: no series is of two.
    """
    jobs: defaultdict[str, list[Labels]] = defaultdict(list)
    for labels in found:
        jobs[labels.get("job")].append(labels)
    services: dict[Key, Identity] = {}
    for job, sets in jobs.items():
        label = next((n for n in (*own, *SERVICE_LABELS) if all(s.get(n) for s in sets)), "")
        scopes = [n for n in SCOPE_LABELS if len({s.get(n) for s in sets}) > 1]
        for labels in sets:
            kept = labels.only("job", *filter(None, [label]), *scopes)
            parts = [labels.get(label) if label else job, *(labels.get(n) or f"no-{n}" for n in scopes)]
            name = _UNUSUAL.sub("-", "-".join(filter(None, parts))).strip("-.:@")
            if name and len(kept):
                service = Identity(name, kept, tuple(n for n in scopes if not labels.get(n)))
                services.setdefault(service.key, service)
    return list(services.values())


def named_apart(services: Iterable[Identity], used: Iterable[str] = ()) -> list[Identity]:
    """Each with a name of its own and none of ``used``: where it is taken, with the job or a number."""
    taken = set(used)
    apart = []
    for service in sorted(services, key=lambda one: one.key):
        name = base = service.name
        if name in taken:
            name = base = f"{service.name}-{service.labels.get('job') or 'other'}"
        number = 2
        while name in taken:
            name, number = f"{base}-{number}", number + 1
        taken.add(name)
        apart.append(replace(service, name=name))
    return apart
