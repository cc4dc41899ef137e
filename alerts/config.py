"""How alerts become messages: the ``alerts`` section of ``fireline.yml``, parsed once and frozen."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from alerts.documents import LONGEST_SECONDS, duration_seconds
from alerts.errors import SpecError
from alerts.incidents import Timing
from alerts.mistakes import explained
from collector.addresses import http_url
from collector.redaction import shortened

NotifierName = Literal["console", "slack", "webhook"]


def _duration(value: object) -> float:
    """Also a plain number, of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LONGEST_SECONDS:
        return float(value)
    return duration_seconds(value)


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"expected the name of an environment variable, found {shortened(name)}")
    return name


_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
Seconds = Annotated[float, BeforeValidator(_duration)]
HttpUrl = Annotated[str, AfterValidator(http_url)]
Variable = Annotated[str, AfterValidator(_variable)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SlackConfig(_Section):
    """``*_env`` name environment variables: secrets stand in no file."""

    channel: str = ""
    token_env: Variable = "SLACK_BOT_TOKEN"  # noqa: S105  # the variable's name, not its value
    signing_secret_env: Variable = "SLACK_SIGNING_SECRET"  # noqa: S105  # as above
    mention: str = "<!here>"
    base_url: HttpUrl = "https://slack.com/api"


class WebhookConfig(_Section):
    url: HttpUrl = ""
    receiver: str = "fireline"


class TimingConfig(_Section):
    """Durations, written as Prometheus writes them."""

    resolve_timeout: Seconds = 300.0
    calm: Seconds = 60.0
    reopen: Seconds = 600.0
    ticket_wait: Seconds = 30.0
    update_every: Seconds = 15.0
    give_up_after: Seconds = 3600.0
    lookback: Seconds = 900.0
    silence: Seconds = 3600.0

    @cached_property
    def of_incidents(self) -> Timing:
        return Timing(reopen_seconds=self.reopen, calm_seconds=self.calm)


class ActionsConfig(_Section):
    """When people are reminded of action items: from so long before the date, at this time of the day."""

    due_soon: Seconds = 2 * 86_400.0
    remind_at: str = "09:00"

    @field_validator("remind_at")
    @classmethod
    def _time_of_day(cls, value: str) -> str:
        if not _TIME_OF_DAY.fullmatch(value):
            raise ValueError(f"expected a time of the day such as 09:00, found {shortened(value)}")
        return value


class AlertsConfig(_Section):
    """``shadow``: pages are recorded and printed, nobody else is woken."""

    notify: tuple[NotifierName, ...] = ("console",)
    language: Literal["en", "ko"] = "en"
    timezone: str = "UTC"
    shadow: bool = False
    base_url: HttpUrl = ""
    database: str = ""
    slack: SlackConfig = Field(default_factory=SlackConfig)
    webhook: WebhookConfig = Field(default_factory=WebhookConfig)
    timing: TimingConfig = Field(default_factory=TimingConfig)
    actions: ActionsConfig = Field(default_factory=ActionsConfig)

    @field_validator("notify", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"expected a time zone such as Asia/Seoul or UTC, got {value!r}") from error
        return value

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            sa.make_url(value or "sqlite://").get_dialect()
        except (sa.exc.ArgumentError, ValueError) as error:
            raise ValueError("expected a database URL such as postgresql://user@host/name") from error
        return value

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def parse_config(raw: Mapping[str, object] | None, place: str = "fireline.yml") -> AlertsConfig:
    """The section as a frozen object.

    Raises:
        SpecError: one line with the place, the key and what was expected.
    """
    try:
        config = AlertsConfig.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        raise SpecError(f"{place}: {_explained(error)}") from error
    for name, key, value in (
        ("slack", "alerts.slack.channel", config.slack.channel),
        ("webhook", "alerts.webhook.url", config.webhook.url),
    ):
        if name in config.notify and not value:
            raise SpecError(f"{place}: {key}: expected a value, because alerts.notify names {name}")
    return config


def _explained(error: ValidationError) -> str:
    problem = error.errors()[0]
    path = [part for part in problem["loc"] if isinstance(part, str)]
    key = ".".join(("alerts", *path))
    if problem["type"] == "model_type":
        return f"{key}: expected a mapping, found {type(problem['input']).__name__}"
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key, expected one of {', '.join(_keys(path[:-1]))}"
    return f"{key}: {explained(problem)}"


def _keys(path: list[str]) -> list[str]:
    section: type[BaseModel] = AlertsConfig
    for part in path:
        annotation = section.model_fields[part].annotation
        assert isinstance(annotation, type)
        section = annotation
    return sorted(section.model_fields)
