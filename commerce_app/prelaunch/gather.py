"""Looks at the shop, at Fireline and at the drills' results. What does not answer is `Unseen`, with why."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from commerce_app.prelaunch.campaign import Campaign
from commerce_app.prelaunch.drill_record import read_drills
from commerce_app.prelaunch.errors import UnansweredError
from commerce_app.prelaunch.exposition import Page
from commerce_app.prelaunch.observed import Observed, PageState, Prewarmed, RedisHealth, Unseen
from commerce_app.prelaunch.shop_metrics import redis_health, replica_behind_seconds, stale_ages
from commerce_app.prelaunch.shop_probe import ShopProbe
from commerce_app.prelaunch.web import Web, shaped
from commerce_app.product.optional import EXTRAS, LEFT_OUT_BY

Found = TypeVar("Found")


class _Status(BaseModel):
    """``budget_remaining``: of 1; nobody has more left than all."""

    model_config = ConfigDict(allow_inf_nan=False)
    state: str | None = None
    reason: str | None = None
    budget_remaining: Annotated[float, Field(le=1 + 1e-6)] | None = None
    is_absent: bool = False


class _Slo(BaseModel):
    service: str
    name: str
    status: _Status | None = None


def observe(campaign: Campaign, web: Web, token: str | None, now: Callable[[], float]) -> Observed:
    """Warms the banner's keys, reads each page, and looks at everything else.

    token: of the shop's /admin, if it has one; now: Unix seconds.

    Raises:
        TokenError: before anything is warmed.
    """
    probe = ShopProbe(web, campaign.shop.url, token)
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
        redis=_seen(lambda: _health(before, after)),
        replica_behind_seconds=after if isinstance(after, Unseen) else replica_behind_seconds(after),
        stale=after if isinstance(after, Unseen) else stale_ages(after, campaign.bounds.stale_age_seconds),
        slos=_seen(partial(_slos, web, campaign.fireline.url)),
        drills=_seen(partial(read_drills, campaign.drills.results)),
    )


def offers_extras(switches: Mapping[str, bool | None]) -> bool:
    """Whether a page has extras at all: they are left out together, or each by a switch of its own."""
    return not all(any(switches.get(switch) for switch in LEFT_OUT_BY[extra]) for extra in EXTRAS)


def _slos(web: Web, url: str) -> tuple[Mapping[str, Any], ...]:
    """As they are told, once their shape is known to be that of `GET /api/v1/slos`."""
    place = f"{url}/api/v1/slos"
    found = web.ask_json("GET", place)
    shaped(list[_Slo], found, place)
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
