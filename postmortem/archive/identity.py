"""Which archive a document was made from, and how: one line that people and `postmortem verify` can read."""

import re
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alerts.charts.model import Language

SCHEMA = "fireline.postmortem/1"
PUBLIC_SCHEMA = "fireline.postmortem.public/1"
_LINE = re.compile(
    rf"{re.escape(SCHEMA)} sha256:(?P<digest>[0-9a-f]{{64}}) (?P<language>[a-z]+) (?P<zone>[\w/+-]+)"
    r"(?: for (?P<audience>[a-z-]+))?(?: in words (?P<words>[0-9a-f]{8}))?"
)


class Audience(StrEnum):
    """Whom a document is for: the team, which reads everything, or people outside of it."""

    TEAM = "team"
    PUBLIC = "public"
    CUSTOMER_DURING = "customer-during"
    CUSTOMER_AFTER = "customer-after"
    SUPPORT_DURING = "support-during"
    SUPPORT_AFTER = "support-after"


@dataclass(frozen=True)
class Identity:
    """digest: the archive's own, in hexadecimal. zone: an IANA name. words: of --templates; empty without."""

    digest: str
    language: Language
    zone: str
    audience: Audience = Audience.TEAM
    words: str = ""

    @property
    def time_zone(self) -> ZoneInfo:
        """UTC where nobody knows the zone: whatever it was made into, its times are others then."""
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo("UTC")

    def __str__(self) -> str:
        told = "" if self.audience is Audience.TEAM else f" for {self.audience}"
        said = f" in words {self.words}" if self.words else ""
        return f"{SCHEMA} sha256:{self.digest} {self.language} {self.zone}{told}{said}"


def find_identity(text: str) -> Identity | None:
    """What a document says of itself; None of one that is not ours."""
    found = _LINE.search(text)
    if found is None or found["language"] not in set(Language):
        return None
    audience = found["audience"] or Audience.TEAM
    if audience not in set(Audience):
        return None
    words = found["words"] or ""
    return Identity(found["digest"], Language(found["language"]), found["zone"], Audience(audience), words)
