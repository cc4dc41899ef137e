"""What must hold of the shop itself. Each check is pure: campaign and what was seen in, one line out."""

import math
from collections.abc import Iterable, Mapping

from commerce_app.prelaunch.campaign import LIMITS, Campaign
from commerce_app.prelaunch.observed import Observed, PageState, Unseen
from commerce_app.prelaunch.verdict import Check, Verdict, judged, unknown
from commerce_app.resilience.rate_profiles import PAGES, PROFILES, Profile

NAMED = 8


def prewarmed(campaign: Campaign, seen: Observed) -> Check:
    """Every key of the banner was loaded and Redis took it."""
    name, expected = "pre-warmed", "every key of the banner loaded and stored"
    found = seen.prewarmed
    if isinstance(found, Unseen):
        return unknown(name, found, expected)
    measured = f"{found.keys} of {found.wanted} keys loaded, {found.unstored} not stored"
    return judged(name, good=found.keys == found.wanted and not found.unstored, measured=measured,
                  expected=expected)  # fmt: skip


def served_from_cache(campaign: Campaign, seen: Observed) -> Check:
    """A read after the warming is a hit, by the shop's own count."""
    name, expected = "served from cache", "every page of the banner a hit"
    if isinstance(seen.pages, Unseen):
        return unknown(name, seen.pages, expected)
    cold, unclear = (_in_state(seen.pages, state) for state in (PageState.COLD, PageState.UNCLEAR))
    if cold:
        return Check(name, Verdict.NO_GO, f"no hit: products {_some(cold)}", expected)
    if unclear:
        reason = f"others read meanwhile: products {_some(unclear)} may be no hit"
        return Check(name, Verdict.UNKNOWN, reason, expected)
    return Check(name, Verdict.GO, f"{len(seen.pages)} of {len(seen.pages)} pages", expected)


def protections(campaign: Campaign, seen: Observed) -> Check:
    """The switches that the campaign wants are on."""
    name, expected = "protections", f"on: {', '.join(campaign.protections) or 'none'}"
    if isinstance(seen.switches, Unseen):
        return unknown(name, seen.switches, expected)
    off = [each for each in campaign.protections if seen.switches.get(each) is False]
    unsaid = [each for each in campaign.protections if seen.switches.get(each) is None]
    if off:
        return Check(name, Verdict.NO_GO, f"off: {', '.join(off)}", expected)
    if unsaid:
        return unknown(name, Unseen(f"the shop does not say: {', '.join(unsaid)}"), expected)
    return Check(name, Verdict.GO, f"{len(campaign.protections)} on", expected)


def limits(campaign: Campaign, seen: Observed) -> Check:
    """The rates are kept, are those of a spike, and let the banner's pages in."""
    peak, carried = campaign.expected_rps.peak, PROFILES[Profile.SPIKE][PAGES].route.per_second
    name, expected = "rate limits", f"on: {', '.join(LIMITS)}; {peak:g} pages/s or more let in"
    if isinstance(seen.switches, Unseen):
        return unknown(name, seen.switches, expected)
    states = {each: seen.switches.get(each) for each in LIMITS}
    if off := [each for each, state in states.items() if state is False]:
        return Check(name, Verdict.NO_GO, f"off: {', '.join(off)}", expected)
    if unsaid := [each for each, state in states.items() if state is None]:
        return unknown(name, Unseen(f"the shop does not say: {', '.join(unsaid)}"), expected)
    return judged(name, good=carried >= peak, measured=f"on, {carried:g} pages/s let in", expected=expected)


def stock(campaign: Campaign, seen: Observed) -> Check:
    """There are as many pieces as the campaign means to sell."""
    name, expected = "stock", f"pieces for {len(campaign.products)} products"
    if isinstance(seen.supplies, Unseen):
        return unknown(name, seen.supplies, expected)
    available = seen.supplies.stock
    short = [
        f"product {each.id}: {available.get(each.id, 'none such')} of {each.pieces}"
        for each in campaign.products
        if available.get(each.id, 0) < each.pieces
    ]
    if short:
        return Check(name, Verdict.NO_GO, _some(short), expected)
    return Check(name, Verdict.GO, "enough of each", expected)


def coupons(campaign: Campaign, seen: Observed) -> Check:
    """The coupon has enough left, and is valid when the banner is shown."""
    coupon = campaign.coupon
    if coupon is None:
        return Check("coupon", Verdict.GO, "none", "none in this campaign")
    name, expected = "coupon", f"coupon {coupon.id}: {coupon.claims} left, valid at the start"
    if isinstance(seen.supplies, Unseen):
        return unknown(name, seen.supplies, expected)
    left, expires_at = seen.supplies.coupon_left, seen.supplies.coupon_expires_at
    if left is None or expires_at is None:
        return Check(name, Verdict.NO_GO, "no such coupon", expected)
    valid = expires_at > campaign.starts_at.timestamp()
    measured = f"{left} left{'' if valid else ', expired by then'}"
    return judged(name, good=valid and left >= coupon.claims, measured=measured, expected=expected)


def redis(campaign: Campaign, seen: Observed) -> Check:
    """Redis answered fast and without a failure while the checklist ran."""
    bound = campaign.bounds.redis_mean_seconds
    name, expected = "redis", f"no errors, {bound * 1000:g} ms on average, breaker closed"
    found = seen.redis
    if isinstance(found, Unseen):
        return unknown(name, found, expected)
    if not found.calls and found.breaker_closed and not found.errors:
        return unknown(name, Unseen("the shop called Redis not once meanwhile"), expected)
    good = not found.errors and found.breaker_closed and found.mean_seconds <= bound
    measured = f"{found.errors} errors, {found.mean_seconds * 1000:.1f} ms over {found.calls} calls, " + (
        "breaker closed" if found.breaker_closed else "breaker not closed"
    )
    return judged(name, good=good, measured=measured, expected=expected)


def replica(campaign: Campaign, seen: Observed) -> Check:
    """The replica shows what the primary has."""
    bound, behind = campaign.bounds.replica_lag_seconds, seen.replica_behind_seconds
    name, expected = "replica", f"at most {bound:g} s behind"
    if isinstance(behind, Unseen):
        return unknown(name, behind, expected)
    measured = "does not answer" if math.isnan(behind) else f"{behind:.1f} s behind"
    return judged(name, good=behind <= bound, measured=measured, expected=expected)


def stale_age(campaign: Campaign, seen: Observed) -> Check:
    """No answer so far was older than a customer may see."""
    name, expected = "stale age", f"no stale answer older than {campaign.bounds.stale_age_seconds:g} s"
    found = seen.stale
    if isinstance(found, Unseen):
        return unknown(name, found, expected)
    measured = f"{found.older} of {found.answers} stale answers older than {found.bound_seconds:g} s"
    return judged(name, good=not found.older, measured=measured, expected=expected)


def _in_state(pages: Mapping[int, PageState], state: PageState) -> list[str]:
    return [str(product_id) for product_id, found in pages.items() if found is state]


def _some(names: Iterable[str]) -> str:
    """The first of them, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return ", ".join(every[:NAMED]) + more
