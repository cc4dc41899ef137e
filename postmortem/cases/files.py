"""A case on file: its title, its time, its samples, and what people recorded while it lasted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from alerts.case_bounds import CASE_FILE, inside
from alerts.casefile import BUILT_IN, load_case
from alerts.ci.casebook import FiledCase, read_case
from alerts.documents import read_document
from alerts.errors import SpecError
from postmortem.records import Event

# What a case is read with that comes without rules of its own.
EXAMPLES = Path(str(files("alerts").joinpath("examples")))
SHIPPED_RULES = (EXAMPLES / "shop.slo.yml", EXAMPLES / "shop.guardrails.yml")
SHIPPED_SIGNALS = EXAMPLES / "shop.signals.yml"
EVENTS_FILE = "events.json"
_UTC = ZoneInfo("UTC")
_OURS = {"detected", "paged"}  # what only Fireline itself writes


@dataclass(frozen=True)
class CaseRecord:
    """A case to report on.

    titles: by language. zone: in which its times are told; UTC of a recording that does not say.
    alarm_at: when people were alarmed then, where a document says it; Unix seconds.
    events: what people and tools recorded; never what alerts made of it, which the replay tells.
    """

    filed: FiledCase
    titles: Mapping[str, str]
    zone: ZoneInfo = _UTC
    alarm_at: float | None = None
    events: tuple[Event, ...] = ()


def read_case_record(name: str) -> CaseRecord:
    """A case by its folder, or one that ships with Fireline by its name.

    Raises:
        SpecError: for one that is not there, or the first mistake in its files.
    """
    folder = _folder(name)
    filed = read_case(folder)
    content = read_document(folder / CASE_FILE).content
    titles = {str(language): str(text) for language, text in content["title"].items() if text}
    events = _events(folder)
    if "samples" in content:
        return CaseRecord(filed, titles, ZoneInfo(content.get("timezone", _UTC.key)), events=events)
    told = load_case(str(folder))
    alarm_at = None if told.is_quiet else told.alarm_at
    return CaseRecord(filed, titles, told.timezone, alarm_at, events)


def _folder(name: str) -> Path:
    for folder in (Path(name), BUILT_IN / name):
        if (folder / CASE_FILE).is_file():
            return folder
    shipped = ", ".join(sorted(path.parent.name for path in BUILT_IN.glob(f"*/{CASE_FILE}")))
    raise SpecError(f"--case {name}: expected a folder with a {CASE_FILE}, or one of {shipped}")


def _events(folder: Path) -> tuple[Event, ...]:
    """Of ``events.json`` beside the case, as ``GET /api/v1/events`` answers; none where it is not there."""
    place = folder / EVENTS_FILE
    if not place.exists():
        return ()
    try:
        path = inside(folder, EVENTS_FILE, str(place))
        events = TypeAdapter(list[Event]).validate_python(json.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        mistake = error.errors()[0]
        key = ".".join(str(part) for part in mistake["loc"])
        raise SpecError(f"{place}: {key}: {mistake['msg'].lower()}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise SpecError(f"{place}: expected a JSON list of events: {error}") from error
    return tuple(event for event in events if not _is_of_alerts(event))


def _is_of_alerts(event: Event) -> bool:
    ended = event.kind == "resolved" and event.source == "alerts"
    return event.kind in _OURS or ended or (event.kind == "note" and "transition" in event.attributes)
