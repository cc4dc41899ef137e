"""Numbers, times and words as the reader of a page wants them: one language, one time zone, one moment."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from alerts.budget.taken_off import Excluded
from alerts.charts.model import Language, Unit
from alerts.charts.quantities import (
    NO_DATA,
    format_clock,
    format_date,
    format_percent,
    format_quantity,
    format_seconds,
    zone_name,
)
from alerts.events import UNKNOWN
from alerts.guardrails.spec import Baseline, Guardrail
from alerts.selectors import Unmatched
from alerts.slo import Slo
from alerts.wording import duration_ko
from collector.durations import format_duration
from dashboards.readings import GuardrailReading, SloReading
from dashboards.web.words import say

TONES = {
    "ok": "good", "up": "good", "resolved": "good",
    "burning": "warn", "crossed": "warn", "past_limit": "warn", "ticket": "warn", "acknowledged": "warn",
    "spent": "bad", "down": "bad", "page": "bad", "open": "bad", "firing": "bad",
}  # fmt: skip


@dataclass(frozen=True)
class Show:
    """What templates call. ``at`` is the moment that "2 min ago" counts from."""

    language: str
    zone: ZoneInfo
    at: float

    def say(self, key: str, **values: object) -> str:
        return say(self.language, key, **values)

    def text(self, texts: Mapping[str, str], otherwise: str = "") -> str:
        """The one of the reader's language, or the English one."""
        return texts.get(self.language) or texts.get("en") or otherwise

    def alert_text(self, annotations: Mapping[str, str], key: str) -> str:
        return annotations.get(f"{key}_{self.language}") or annotations.get(key, "")

    def author(self, name: str) -> str:
        """Who did it, or that they gave no name."""
        return self.say("unknown") if name in {"", UNKNOWN} else name

    def tone(self, state: str) -> str:
        return TONES.get(state, "plain")

    def percent(self, ratio: float | None) -> str:
        return NO_DATA if ratio is None or not math.isfinite(ratio) else format_percent(ratio)

    def rate(self, burn_rate: float | None) -> str:
        """14.4× for a burn rate; what rounds to nothing is 0×."""
        if burn_rate is None or not math.isfinite(burn_rate):
            return NO_DATA
        if burn_rate >= 100:
            return f"{burn_rate:,.0f}×"
        return f"{burn_rate:.1f}×" if burn_rate >= 0.05 else ("0×" if burn_rate == 0 else "<0.1×")

    def quantity(self, value: float | None, unit: str) -> str:
        return format_quantity(value, Unit(unit), Language(self.language))

    def seconds(self, seconds: float | None) -> str:
        return NO_DATA if seconds is None else format_seconds(seconds, Language(self.language))

    def rough(self, seconds: float) -> str:
        """In whole minutes, once there are any."""
        return self.seconds(seconds // 60 * 60 if seconds >= 60 else max(0.0, round(seconds)))

    def window(self, seconds: float) -> str:
        """A window as it is written in rules, or in Korean words."""
        return duration_ko(seconds) if self.language == "ko" else format_duration(seconds)

    def period(self, slo: Slo) -> str:
        """An objective's period: how long it is, or of how many calendar units."""
        if slo.calendar is None:
            return self.window(slo.period_seconds)
        return self.say(f"calendar_{slo.calendar.unit.name.lower()}", n=slo.calendar.count)

    def clock(self, at: float | None, *, with_seconds: bool = True) -> str:
        return NO_DATA if at is None else format_clock(at, self.zone, with_seconds=with_seconds)

    def moment(self, at: float | None) -> str:
        """The time with its zone, and the date unless it is today's."""
        if at is None:
            return NO_DATA
        text = f"{format_clock(at, self.zone)} {zone_name(at, self.zone)}"
        day = format_date(at, self.zone)
        return text if day == format_date(self.at, self.zone) else f"{day} {text}"

    def day(self, at: float) -> str:
        return format_date(at, self.zone)

    def lasted(self, start: float, end: float | None) -> str:
        return self.seconds(max(0.0, round((self.at if end is None else end) - start)))

    def left(self, remaining: float | None) -> str:
        """The share of a budget that is left; an overspent one has none."""
        return self.percent(None if remaining is None else max(remaining, 0.0))

    def unmatched(self, why: Unmatched) -> str:
        """Why the query of bad events never finds any."""
        return self.say(
            "unmatched_label" if why.label else "unmatched_name", name=why.metric, label=why.label
        )

    def pace(self, reading: SloReading) -> str:
        """By how much the budget is overspent, or when it will be gone; empty when neither is of concern."""
        if reading.budget_remaining is not None and reading.budget_remaining < 0:
            return self.say("overspent", percent=self.percent(-reading.budget_remaining))
        return self._gone_in(reading)

    def _gone_in(self, reading: SloReading) -> str:
        """When the budget runs out; empty where it lasts."""
        account = reading.account
        if account is None or account.exhausted_at is None:
            return ""
        seconds = account.exhausted_at - account.status.at
        return self.say("gone_in", time=self.seconds(round(seconds / 60) * 60 or 60))

    def minutes(self, minutes: float) -> str:
        """Whole ones: 65, and 0.4 of an objective that allows less than one."""
        return f"{minutes:,.0f}" if minutes >= 9.95 or minutes == round(minutes) else f"{minutes:.1f}"

    def excluded(self, excluded: Excluded) -> str:
        """Which exclusions, by whom, and why."""
        return "; ".join(
            self.say(
                "excluded_now" if goes_on else "excluded_by",
                name=one.name,
                author=one.author,
                reason=one.reason,
                time=self.seconds(round(seconds)),
            )
            for one, seconds, goes_on in excluded.windows()
        )

    def left_with(self, reading: SloReading, excluded: Excluded) -> str:
        """What would be left if nothing were excluded."""
        ratio = excluded.gross.error_ratio
        left = None if ratio is None else 1 - ratio / reading.slo.error_budget
        if left is not None and left < 0:
            return self.say("overspent", percent=self.percent(-left))
        return self.say("left_percent", percent=self.percent(left))

    def pending(self, reading: GuardrailReading) -> str:
        """For how long a guardrail has been past its limit, and when it tickets; empty unless it waits."""
        if reading.pending_since is None:
            return ""
        held = self.lasted(reading.pending_since, None)
        return self.say("pending_for", time=held, after=self.window(reading.guardrail.for_seconds))

    def limit(self, guardrail: Guardrail) -> str:
        """What a guardrail's value is held against, in words."""
        parts = []
        if guardrail.limit is not None:
            limit = self.quantity(guardrail.limit, guardrail.unit)
            parts.append(self.say(f"limit_{guardrail.bad}", value=limit))
        if (baseline := guardrail.baseline) is not None:
            parts.append(self._departure(guardrail, baseline))
        return self.say("limit_or").join(parts)

    def _departure(self, guardrail: Guardrail, baseline: Baseline) -> str:
        times = {"over": self.window(baseline.over_seconds), "before": self.window(baseline.before_seconds)}
        if baseline.factor is not None:
            return self.say(f"limit_factor_{guardrail.bad}", factor=f"{baseline.factor:g}", **times)
        difference = baseline.difference or 0.0
        points = f"{difference * 100:g}{'%p' if self.language == 'ko' else ' points'}"
        value = points if guardrail.unit == "ratio" else self.quantity(difference, guardrail.unit)
        return self.say(f"limit_difference_{guardrail.bad}", value=value, **times)

    def runbook(self, annotations: Mapping[str, str]) -> str:
        """The runbook's address, if it is one that a browser may be sent to."""
        url = annotations.get("runbook_url", "")
        return url if url.startswith(("http://", "https://")) else ""

    def source(self, generator_url: str, own_url: str) -> str:
        """Where an alert's expression can be seen: a page of ours, under any address of ours, or the web."""
        if own_url and generator_url.startswith(f"{own_url}/graph?"):
            return generator_url.removeprefix(own_url)
        return generator_url if generator_url.startswith(("http://", "https://")) else ""

    def tier(self, attributes: Mapping[str, Any]) -> str:
        """Which tier of an objective's policy an event tells of, if it is one's alert."""
        labels = attributes.get("labels")
        name = labels.get("tier") if isinstance(labels, Mapping) else None
        return self.say("tier_name", name=name) if name else ""

    def change(self, attributes: Mapping[str, Any]) -> str:
        """What an event says was switched: ``single_flight: off → on``."""
        if "switch" not in attributes or "to" not in attributes:
            return ""
        before, after = (_setting(attributes.get(key)) for key in ("from", "to"))
        return f"{attributes['switch']}: {before} → {after}"


def _setting(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return NO_DATA if value is None else str(value)
