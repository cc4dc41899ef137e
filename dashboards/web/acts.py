"""What a reader does about an incident, and who did it."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from alerts.incidents import Incident
from alerts.response import Response
from collector.plain_text import plain

ACTS: Mapping[str, Callable[[Response, str, str, str, float], Incident]] = {
    "acknowledge": Response.acknowledge,
    "resolve": Response.resolve,
}
SOURCE = "web"
LONGEST_AUTHOR = 200


def author_of(form: bytes) -> str:
    """The author field of a posted form; empty when there is none that can be kept."""
    fields = parse_qs(form.decode(errors="replace"))
    author = " ".join(plain(fields.get("author", [""])[0]).split())
    return author if len(author) <= LONGEST_AUTHOR else ""
