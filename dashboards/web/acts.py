"""What a reader does about an incident: who did it, and whether it was asked for on a page of ours."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from alerts.incidents import Incident
from alerts.response import Response

ACTS: Mapping[str, Callable[[Response, str, str, str, float], Incident]] = {
    "acknowledge": Response.acknowledge,
    "resolve": Response.resolve,
}
SOURCE = "web"
LONGEST_AUTHOR = 200


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a form of ours asks; what names no origin at all is no browser, and nobody is tricked.

    headers: names in lower case.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def author_of(form: bytes) -> str:
    """The author field of a posted form; empty when there is none that can be kept."""
    fields = parse_qs(form.decode(errors="replace"))
    author = " ".join(fields.get("author", [""])[0].split())
    return author if len(author) <= LONGEST_AUTHOR else ""
