"""Metric families that we know, as data: one YAML file for each ecosystem."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from alerts.documents import Strict, read_document
from alerts.signals import Good, Role, Title, Unit

FOLDER = Path(__file__).parent / "catalogue"


class Requests(Strict):
    """A family that counts what a server answered.

    count: the counter of requests. bucket: the histogram's, if there is one, in units of ``unit_seconds``.
    status, route, method, service: names of labels, the first that is there counts.
    only: matchers of the series that are meant.
    errors: a counter of those that failed, where no label tells them.
    confidence: ``known`` of a library's names; ``likely`` and ``guess`` of a shape.
    """

    count: str
    bucket: str = ""
    unit_seconds: float = 1.0
    protocol: Literal["http", "grpc"] = "http"
    status: list[str] = Field(default_factory=list)
    route: list[str] = Field(default_factory=list)
    method: list[str] = Field(default_factory=list)
    service: list[str] = Field(default_factory=list)
    in_flight: list[str] = Field(default_factory=list)
    only: list[str] = Field(default_factory=list)
    errors: str = ""
    confidence: Literal["known", "likely", "guess"] = "known"

    @property
    def metrics(self) -> set[str]:
        """All names of the family."""
        times = {self.bucket, self.bucket.replace("_bucket", "_sum")} if self.bucket else set()
        return {self.count, self.errors, *times, *self.in_flight} - {""}


class SignalTemplate(Strict):
    """A line of the signal map; ``$labels`` in the query is what selects the service or the part.

    needs: metrics that must be there.
    """

    name: str
    needs: list[str] = Field(min_length=1)
    title: Title
    role: Role
    unit: Unit
    good: Good
    query: str


class Dependency(Strict):
    """What a client's metric says its service stands on: a part, or what ``label`` names.

    parts: the label's values and the parts that they mean; without it, the label holds a host.
    """

    metric: str
    part: str = ""
    label: list[str] = Field(default_factory=list)
    parts: dict[str, str] = Field(default_factory=dict)


class Ecosystem(Strict):
    """What one exporter or library writes.

    part: what the exporter is of, such as ``redis``; ``marker`` is a metric that only it has.
    known: regexes of names that are known and say nothing about a service.
    """

    version: Literal[1]
    title: str
    part: str = ""
    marker: str = ""
    requests: list[Requests] = Field(default_factory=list)
    signals: list[SignalTemplate] = Field(default_factory=list)
    depends_on: list[Dependency] = Field(default_factory=list)
    known: list[str] = Field(default_factory=list)


@cache
def load_catalogue() -> tuple[Ecosystem, ...]:
    """All ecosystems that ship with Fireline, in the order of their files' names."""
    return tuple(read_document(path).parse(Ecosystem) for path in sorted(FOLDER.glob("*.yml")))
