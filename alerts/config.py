"""How alerts become messages: the ``alerts`` section of ``fireline.yml``, parsed once and frozen."""

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

from alerts.errors import SpecError
from alerts.incidents import Timing
from collector.durations import parse_duration

NotifierName = Literal["console", "slack", "webhook"]


def _duration(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    if not isinstance(value, str):
        raise ValueError("expected a duration such as 30s or 5m")  # noqa: TRY004  # pydantic wants ValueErrors
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError(f"expected a duration such as 30s or 5m, got {value!r}") from error


def _http_url(value: str) -> str:
    if value and not value.startswith(("http://", "https://")):
        raise ValueError(f"expected a URL that begins with http:// or https://, got {value!r}")
    return value.rstrip("/")


Seconds = Annotated[float, BeforeValidator(_duration)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SlackConfig(_Section):
    """``*_env`` name environment variables: secrets stand in no file."""

    channel: str = ""
    token_env: str = "SLACK_BOT_TOKEN"  # noqa: S105  # the variable's name, not its value
    signing_secret_env: str = "SLACK_SIGNING_SECRET"  # noqa: S105  # as above
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
            sa.make_url(value or "sqlite://")
        except sa.exc.ArgumentError as error:
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
    return f"{key}: {problem['msg'].removeprefix('Value error, ').replace('Input should be', 'expected')}"


def _keys(path: list[str]) -> list[str]:
    section: type[BaseModel] = AlertsConfig
    for part in path:
        annotation = section.model_fields[part].annotation
        assert isinstance(annotation, type)
        section = annotation
    return sorted(section.model_fields)
