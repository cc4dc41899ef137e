"""The figures of the seed document, and whether a chain of events came in its order."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import yaml

from commerce_app.drill.onsets import misplaced

DOCUMENT = Path(__file__).parent / "document.yml"
TIED_SCRAPES = 2
Json = dict[str, Any]


@dataclass(frozen=True)
class DocumentFigures:
    """What the document says of a series; ``trouble`` is the direction in which the incident moves it."""

    unit: str
    trouble: str
    before: float | None
    peak: float
    after: float


@dataclass(frozen=True)
class Document:
    """``order``: each link of the chain comes no earlier than those of the line before it."""

    series: Mapping[str, DocumentFigures]
    order: tuple[tuple[str, ...], ...]

    def only(self, links: Collection[str]) -> Self:
        """With these links in its order."""
        lines = (tuple(link for link in line if link in links) for line in self.order)
        return replace(self, order=tuple(line for line in lines if line))

    def spell_order(self) -> str:
        """In one line."""
        return " → ".join(", ".join(line) for line in self.order)


def read_document(path: Path = DOCUMENT) -> Document:
    """The figures of the seed document."""
    content = yaml.safe_load(path.read_text())
    series = {name: DocumentFigures(**figures) for name, figures in content["series"].items()}
    return Document(series, tuple(tuple(links) for links in content["order"]))


def chain_order(document: Document, times: Mapping[str, float | None], tie_seconds: float) -> Json:
    """Whether the links came in the document's order; links of one line in whatever order they came."""
    line_of = {link: number for number, line in enumerate(document.order) for link in line}
    ordered = sorted(line_of, key=lambda link: (line_of[link], times[link] or 0.0))
    wrong = misplaced({link: times[link] for link in ordered}, tie_seconds)
    return {"agrees": not wrong, "misplaced": wrong, "tie_seconds": tie_seconds}
