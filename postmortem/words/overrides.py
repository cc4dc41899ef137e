"""A folder in which a team says things in its own words: messages by key, and the order of sections.

``ko.yml`` and ``en.yml`` hold messages of the shipped catalogue and names of features, ``sections.yml``
the order of sections, and sections of the team's own.
"""

import difflib
import hashlib
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alerts.charts.model import Language
from alerts.documents import read_document
from alerts.errors import SpecError
from postmortem.archive.identity import SCHEMA, Audience
from postmortem.errors import TemplateError
from postmortem.marks import without_marks
from postmortem.words.catalogue import Catalogue, load_catalogue
from postmortem.words.korean import PAIRS

SECTIONS = {
    Audience.TEAM: ("overview", "recovery", "analysis", "plan", "metrics", "tracking"),
    Audience.PUBLIC: ("summary", "impact", "course", "cause", "next"),
}
FEATURE = "feature."  # what stands before an objective's name
_FILE = "sections.yml"
_LANGUAGES = {f"{language}.yml": language for language in Language}
# What `verify` and `lint` know a document and its blanks by.
_FIXED = {"blank", "blank_close", "archive", "public.archive", "derive"}
_NAMES = {Audience.TEAM: "report", Audience.PUBLIC: "public"}


@dataclass(frozen=True)
class OwnSection:
    """A section that a team wrote: title and text by language; the text is paragraphs and lists (``- ``)."""

    title: Mapping[Language, str]
    text: Mapping[Language, str]


@dataclass(frozen=True)
class Templates:
    """What a team said otherwise; nothing, as it ships."""

    messages: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)
    sections: Mapping[Audience, tuple[str | OwnSection, ...]] = field(default_factory=dict)

    def catalogue(self, language: Language) -> Catalogue:
        """The shipped messages with the team's in their place."""
        shipped, own = load_catalogue(language), self.messages.get(language, {})
        return Catalogue(language, {**shipped.messages, **own}) if own else shipped

    def sections_of(self, audience: Audience) -> tuple[str | OwnSection, ...]:
        """Names of shipped sections and the team's own, in order."""
        return self.sections.get(audience, SECTIONS[audience])

    def mark(self, language: Language, audience: Audience) -> str:
        """What tells these words from others in a document: 8 hex digits; empty where they are as shipped."""
        messages, sections = self.messages.get(language), self.sections.get(audience)
        if not messages and not sections:
            return ""
        said = repr((sorted((messages or {}).items()), sections))
        return hashlib.sha256(said.encode()).hexdigest()[:8]


SHIPPED = Templates()


def read_templates(folder: Path) -> Templates:
    """What the folder says.

    Raises:
        TemplateError: names file and key, and what was expected.
    """
    if not folder.is_dir():
        raise TemplateError(f"--templates {folder}: expected a folder")
    known = [*_LANGUAGES, _FILE]
    found = sorted(path.name for path in folder.iterdir() if path.suffix in {".yml", ".yaml"})
    for name in [name for name in found if name not in known] or ([] if found else ["nothing"]):
        raise TemplateError(f"--templates {folder}: expected files named {', '.join(known)}, found {name}")
    files = {name: _read(folder / name) for name in found}
    return Templates(
        {_LANGUAGES[n]: _messages(folder / n, _LANGUAGES[n], files[n]) for n in found if n in _LANGUAGES},
        _sections(folder / _FILE, files[_FILE]) if _FILE in files else {},
    )


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = read_document(path).content
    except SpecError as error:
        raise TemplateError(str(error)) from error
    for place, text in _texts(str(path), content):
        if without_marks(text) != text:
            raise TemplateError(f"{place}: expected no U+FDD0 to U+FDD2: with these figures are marked")
        if SCHEMA in text:
            raise TemplateError(f"{place}: expected no {SCHEMA!r}: by this `verify` finds a report's archive")
    return content


def _texts(place: str, said: object) -> Iterator[tuple[str, str]]:
    if isinstance(said, str):
        yield place, said
    elif isinstance(said, Mapping):
        for key, value in said.items():
            yield from _texts(f"{place}: {key}", value)
    elif isinstance(said, list):
        for number, value in enumerate(said):
            yield from _texts(f"{place}[{number}]", value)


def _messages(path: Path, language: Language, content: Mapping[str, Any]) -> dict[str, str]:
    shipped = load_catalogue(language).messages
    for key, message in content.items():
        place = f"{path}: {key}"
        if key in _FIXED:
            raise TemplateError(
                f"{place}: expected another key: `verify` and `lint` find their way by this one"
            )
        if key not in shipped and not str(key).startswith(FEATURE):
            raise TemplateError(f"{place}: expected a key of the shipped messages{_like(key, list(shipped))}")
        if not isinstance(message, str) or not message.strip() or len(message.splitlines()) > 1:
            raise TemplateError(f"{place}: expected one line of text")
        _check_fields(place, message, shipped.get(key, ""))
    return {str(key): str(message) for key, message in content.items()}


def _check_fields(place: str, message: str, shipped: str) -> None:
    """Placeholders of the shipped message alone, each with a particle that there is, or none."""
    try:
        used, known = _fields(message), {name for name, _ in _fields(shipped)}
    except ValueError as error:
        raise TemplateError(
            f"{place}: expected {{name}} for a value, and {{{{ for a brace: {error}"
        ) from error
    for name, particle in used:
        if name not in known:
            values = ", ".join(f"{{{each}}}" for each in sorted(known)) or "no placeholder"
            raise TemplateError(f"{place}: expected {values}, found {{{name}}}")
        if particle and particle not in PAIRS:
            raise TemplateError(f"{place}: expected one of {', '.join(PAIRS)} after {name}, found {particle}")


def _fields(message: str) -> list[tuple[str, str]]:
    parts = list(string.Formatter().parse(message))
    if any(conversion for *_, conversion in parts):
        raise ValueError("no conversion with !")
    return [(name, spec or "") for _, name, spec, _ in parts if name is not None]


def _sections(path: Path, content: Mapping[str, Any]) -> dict[Audience, tuple[str | OwnSection, ...]]:
    by_name = {name: audience for audience, name in _NAMES.items()}
    for key, parts in content.items():
        if key not in by_name:
            raise TemplateError(f"{path}: {key}: expected one of {', '.join(by_name)}")
        if not isinstance(parts, list) or not parts:
            raise TemplateError(f"{path}: {key}: expected a list of sections")
        if twice := [part for n, part in enumerate(parts) if isinstance(part, str) and part in parts[:n]]:
            raise TemplateError(f"{path}: {key}: expected each section once, found {twice[0]} again")
    return {
        by_name[key]: tuple(
            _section(f"{path}: {key}[{n}]", part, SECTIONS[by_name[key]]) for n, part in enumerate(parts)
        )
        for key, parts in content.items()
    }


def _section(place: str, part: object, known: Sequence[str]) -> str | OwnSection:
    if isinstance(part, str):
        if part not in known:
            raise TemplateError(f"{place}: expected one of {', '.join(known)}, found {part}")
        return part
    if not isinstance(part, Mapping) or set(part) != {"title", "text"}:
        raise TemplateError(
            f"{place}: expected the name of a section, or `title` and `text` of one of your own"
        )
    return OwnSection(
        _by_language(f"{place}.title", part["title"]), _by_language(f"{place}.text", part["text"])
    )


def _by_language(place: str, said: object) -> dict[Language, str]:
    """One text for all languages, or one for each."""
    each = said if isinstance(said, Mapping) else dict.fromkeys(map(str, Language), said)
    if set(each) != set(map(str, Language)) or not all(
        isinstance(t, str) and t.strip() for t in each.values()
    ):
        raise TemplateError(f"{place}: expected a text, or one for each of {', '.join(Language)}")
    return {Language(language): str(text) for language, text in each.items()}


def _like(key: object, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(str(key), known, 1)
    return f", or {FEATURE}OBJECTIVE" + (f"; {near[0]} is meant?" if near else "")
