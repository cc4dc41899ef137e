"""The objects that documents of the files given together define, by kind and name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from alerts.documents import Document
from alerts.errors import SpecError
from alerts.formats.openslo.alert_kinds import (
    AlertConditionFile,
    AlertNotificationTargetFile,
    AlertPolicyFile,
)
from alerts.formats.openslo.kinds import DataSourceFile, SliFile
from alerts.formats.openslo.metadata import Object
from collector.redaction import shortened

_Referred = TypeVar("_Referred", bound=Object)


@dataclass(frozen=True)
class Library:
    documents: Sequence[Document]

    def indicator(self, name: str, place: str, key: str) -> tuple[str, SliFile]:
        """The SLI of a name, and its place; so the others. ``place``, ``key``: who refers to it.

        Raises:
            SpecError: if nobody defines it, or if it is wrong.
        """
        return self._read("SLI", SliFile, name, place, key)

    def data_source(self, name: str, place: str, key: str) -> tuple[str, DataSourceFile]:
        return self._read("DataSource", DataSourceFile, name, place, key)

    def policy(self, name: str, place: str, key: str) -> tuple[str, AlertPolicyFile]:
        return self._read("AlertPolicy", AlertPolicyFile, name, place, key)

    def condition(self, name: str, place: str, key: str) -> tuple[str, AlertConditionFile]:
        return self._read("AlertCondition", AlertConditionFile, name, place, key)

    def target(self, name: str, place: str, key: str) -> tuple[str, AlertNotificationTargetFile]:
        return self._read("AlertNotificationTarget", AlertNotificationTargetFile, name, place, key)

    def named(self, kind: str, name: object) -> list[Document]:
        """Those that define this object: one, unless something is wrong."""
        return [d for d in self.documents if d.content.get("kind") == kind and _own_name(d) == name]

    def _read(
        self, kind: str, model: type[_Referred], name: str, place: str, key: str
    ) -> tuple[str, _Referred]:
        found = self.named(kind, name)
        if not found:
            raise SpecError(
                f"{place}: {key}: expected the name of an object of kind {kind} in the files given, "
                f"found {shortened(name)}"
            )
        return found[0].place, found[0].parse(model)


def _own_name(document: Document) -> object:
    metadata = document.content.get("metadata")
    return metadata.get("name") if isinstance(metadata, dict) else None
