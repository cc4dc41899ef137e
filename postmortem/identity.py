"""Which archive a document was made from, and how: one line that people and `postmortem verify` can read."""

import re
from dataclasses import dataclass

from alerts.charts.model import Language

SCHEMA = "fireline.postmortem/1"
_LINE = re.compile(
    rf"{re.escape(SCHEMA)} sha256:(?P<digest>[0-9a-f]{{64}}) (?P<language>[a-z]+) (?P<zone>[\w/+-]+)"
)


@dataclass(frozen=True)
class Identity:
    """digest: the archive's own, in hexadecimal. zone: an IANA name."""

    digest: str
    language: Language
    zone: str

    def __str__(self) -> str:
        return f"{SCHEMA} sha256:{self.digest} {self.language} {self.zone}"


def find_identity(text: str) -> Identity | None:
    """What a document says of itself; None of one that is not ours."""
    found = _LINE.search(text)
    if found is None or found["language"] not in set(Language):
        return None
    return Identity(found["digest"], Language(found["language"]), found["zone"])
