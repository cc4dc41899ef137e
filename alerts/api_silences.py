"""Silences over Alertmanager's API v2."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from alerts import silence
from alerts.api_route import read_json
from alerts.errors import RequestError
from alerts.matchers import checked, match_anything, parse_matcher
from alerts.plain_text import PlainText
from alerts.receive import Time, first_problem, format_time
from alerts.silence import Silence
from alerts.storage import Database
from collector.clock import Clock
from collector.labels import Matcher, MatchOp

RETENTION_SECONDS = 5 * 86_400.0  # for as long as Alertmanager shows silences that have ended
Json = dict[str, Any]


class PostedMatcher(BaseModel):
    name: Annotated[str, Field(min_length=1)]
    value: str
    is_regex: bool = Field(alias="isRegex")
    is_equal: bool = Field(default=True, alias="isEqual")

    def matcher(self) -> Matcher:
        if self.is_regex:
            return Matcher(self.name, MatchOp.REGEX if self.is_equal else MatchOp.NOT_REGEX, self.value)
        return Matcher(self.name, MatchOp.EQUAL if self.is_equal else MatchOp.NOT_EQUAL, self.value)


class PostedSilence(BaseModel):
    id: str = ""
    matchers: Annotated[list[PostedMatcher], Field(min_length=1)]
    starts_at: Time = Field(alias="startsAt")
    ends_at: Time = Field(alias="endsAt")
    created_by: PlainText = Field(alias="createdBy")
    comment: PlainText


_POSTED = TypeAdapter(PostedSilence)


def add_silence_routes(router: APIRouter, database: Database, clock: Clock) -> None:
    """``/silences`` and ``/silence/ID``."""
    view = _View(database, clock)
    router.add_api_route("/silences", view.silences, methods=["GET"])
    router.add_api_route("/silences", view.post, methods=["POST"])
    router.add_api_route("/silence/{silence_id}", view.silence, methods=["GET"])
    router.add_api_route("/silence/{silence_id}", view.expire, methods=["DELETE"])


class _View:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def silences(self, filters: Annotated[tuple[str, ...], Query(alias="filter")] = ()) -> list[Json]:
        """Silences with a matcher like each of the filters, those that ended lately included."""
        at = self._clock.now()
        wanted = [parse_matcher(text) for text in filters]
        with self._database.read() as connection:
            found = silence.select(connection, ending_after=at - RETENTION_SECONDS)
        return [_json(each, at) for each in found if all(_concerns(each, matcher) for matcher in wanted)]

    def silence(self, silence_id: str) -> Json:
        """One silence."""
        with self._database.read() as connection:
            return _json(silence.get(connection, silence_id), self._clock.now())

    async def post(self, request: Request) -> Json:
        """Makes or changes a silence."""
        body = await read_json(request, "silence")
        return {"silenceID": await run_in_threadpool(self._put, body)}

    def _put(self, body: object) -> str:
        at = self._clock.now()
        posted = _parse(body, at)
        return self._database.change(lambda connection: silence.put(connection, posted, at))

    def expire(self, silence_id: str) -> None:
        """Ends a silence now."""
        at = self._clock.now()
        self._database.change(lambda connection: silence.expire(connection, silence_id, at))


def _parse(body: object, at: float) -> Silence:
    try:
        posted = _POSTED.validate_python(body)
    except ValidationError as error:
        raise RequestError(f'parsing silence body from "" failed, because {first_problem(error)}') from error
    matchers = tuple(checked(each.matcher()) for each in posted.matchers)
    if match_anything(matchers):
        raise RequestError("silence invalid: at least one matcher must not match the empty string")
    if posted.starts_at is None or posted.ends_at is None:
        raise RequestError("silence invalid: expected startsAt and endsAt")
    return Silence(
        posted.id, matchers, posted.starts_at, posted.ends_at, posted.created_by, posted.comment, at
    )


def _concerns(found: Silence, wanted: Matcher) -> bool:
    """Whether the silence has a matcher on this label whose value the filter matches, as amtool asks."""
    return any(each.name == wanted.name and wanted.matches(each.value) for each in found.matchers)


def _json(found: Silence, at: float) -> Json:
    return {
        "id": found.id,
        "status": {"state": found.status(at).value},
        "updatedAt": format_time(found.updated_at),
        "comment": found.comment,
        "createdBy": found.created_by,
        "startsAt": format_time(found.starts_at),
        "endsAt": format_time(found.ends_at),
        "matchers": [
            {
                "name": each.name,
                "value": each.value,
                "isRegex": each.op in {MatchOp.REGEX, MatchOp.NOT_REGEX},
                "isEqual": each.op in {MatchOp.EQUAL, MatchOp.REGEX},
            }
            for each in found.matchers
        ],
    }
