"""Looks at the shop, at Fireline and at the drills' results. What does not answer is `Unseen`, with why."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx

from commerce_app.drill.errors import ScenarioError
from commerce_app.drill.scenario import PROTECTED, load_scenario
from commerce_app.prelaunch.campaign import Campaign
from commerce_app.prelaunch.exposition import Page
from commerce_app.prelaunch.observed import Drilled, Observed, PageState, Prewarmed, RedisHealth, Unseen
from commerce_app.prelaunch.shop_metrics import redis_health, replica_behind_seconds, stale_ages
from commerce_app.prelaunch.shop_probe import ShopProbe
from commerce_app.prelaunch.web import UnansweredError, ask_json
from commerce_app.product.optional import EXTRAS, LEFT_OUT_BY

Found = TypeVar("Found")


def observe(
    campaign: Campaign, client: httpx.Client, token: str | None, now: Callable[[], float]
) -> Observed:
    """Warms the banner's keys, reads each page, and looks at everything else.

    client: for any address; token: of the shop's /admin, if it has one; now: Unix seconds.
    """
    probe = ShopProbe(client, campaign.shop.url, token)
    ids, coupon = campaign.product_ids, campaign.coupon
    before, switches = _seen(probe.metrics), _seen(probe.switches)
    prewarmed: Prewarmed | Unseen
    pages: Mapping[int, PageState] | Unseen
    if isinstance(switches, Unseen):
        # Which keys a page has depends on a switch.
        prewarmed = pages = switches
    else:
        extras = offers_extras(switches)
        prewarmed = _seen(partial(probe.prewarm, campaign.name, ids, extras=extras))
        pages = _seen(lambda: {each: probe.read(each, extras=extras) for each in ids})
    supplies = _seen(partial(probe.supplies, ids, coupon.id if coupon else None))
    after = _seen(probe.metrics)
    return Observed(
        at=now(),
        switches=switches,
        prewarmed=prewarmed,
        pages=pages,
        supplies=supplies,
        redis=_health(before, after),
        replica_behind_seconds=after if isinstance(after, Unseen) else replica_behind_seconds(after),
        stale=after if isinstance(after, Unseen) else stale_ages(after, campaign.bounds.stale_age_seconds),
        slos=_seen(partial(_slos, client, campaign.fireline.url)),
        drills=_seen(partial(read_drills, campaign.drills.results)),
        drilled_rps={name: _seen(partial(peak_rps, name)) for name in campaign.drills.needed},
    )


def offers_extras(switches: Mapping[str, bool | None]) -> bool:
    """Whether a page has extras at all: they are left out together, or each by a switch of its own."""
    return not all(any(switches.get(switch) for switch in LEFT_OUT_BY[extra]) for extra in EXTRAS)


def read_drills(path: Path) -> Mapping[str, Drilled]:
    """The results of `fireline drill all` or `schedule`.

    Raises:
        UnansweredError: where there are none.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {str(each["drill"]): Drilled(bool(each["passed"]), _ended_at(each)) for each in entries}
    except OSError as error:
        raise UnansweredError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise UnansweredError(
            f"{path}: expected the results of `fireline drill all` or `schedule`"
        ) from error


def _ended_at(entry: Mapping[str, Any]) -> float | None:
    said = entry.get("ended_at")
    return None if said is None else datetime.fromisoformat(said).timestamp()


def peak_rps(drill: str) -> float:
    """The most requests a second that a drill's protected act offers.

    Raises:
        UnansweredError: where there is no such drill.
    """
    try:
        scenario = load_scenario(drill)
    except ScenarioError as error:
        raise UnansweredError(str(error)) from error
    act = scenario.acts.get(PROTECTED)
    stages = act.stages if act and act.stages else scenario.load.stages
    return max(stage.rps for stage in stages)


def _slos(client: httpx.Client, url: str) -> tuple[Mapping[str, Any], ...]:
    found = ask_json(client, "GET", f"{url}/api/v1/slos")
    if not isinstance(found, list):
        raise UnansweredError(f"{url}/api/v1/slos: expected a list of objectives")
    return tuple(found)


def _health(before: Page | Unseen, after: Page | Unseen) -> RedisHealth | Unseen:
    if isinstance(before, Unseen):
        return before
    return after if isinstance(after, Unseen) else redis_health(before, after)


def _seen(look: Callable[[], Found]) -> Found | Unseen:
    """What a look finds, or why it finds nothing."""
    try:
        return look()
    except UnansweredError as error:
        return Unseen(str(error))
