"""What people outside are told of the impact, in sentences that documents for them share."""

from alerts.action_items import ActionItem, Status
from postmortem.public.inside import internal_names
from postmortem.public.names import public_title, public_words
from postmortem.public.told import Felt, Told
from postmortem.words.overrides import FEATURE
from postmortem.words.voice import Voice


def feature(felt: Felt, told: Told, voice: Voice) -> str:
    """What customers call it, by the team's templates; else its title, where that may be told, or a blank."""
    told_by_team = f"{FEATURE}{told.evidence.slo_key(felt.slo)}"
    if told_by_team in voice.catalogue.messages:
        return voice.say(told_by_team)
    title = public_title(felt.slo, voice.language, internal_names(told.evidence))
    if title is None:
        return voice.blank("public.feature.unnamed", number=felt.number)
    return voice.say("public.feature", title=title)


def started(told: Told, voice: Voice) -> str:
    """When the impact began, or a blank."""
    return voice.minute(told.start) if told.start else voice.blank("public.blank.start")


def summary_text(told: Told, voice: Voice) -> str:
    """From when to when; that it lasts, is there again or not quite over; until when the record goes."""
    at = voice.minute(told.seen_until, on_day_of=told.start)
    values = {"start": started(told, voice), "zone": voice.zone_name, "at": at}
    if told.end is not None and told.duration is not None:
        end, duration = voice.minute(told.end, on_day_of=told.start), voice.about(told.duration)
        return _ended(told, voice, values | {"end": end, "duration": duration})
    if told.is_open and told.start is not None:
        if told.back is not None:
            back = voice.minute(told.back, on_day_of=told.start)
            return voice.say("public.summary.mostly", back=back, **values)
        return voice.say("public.summary.ongoing", **values)
    return voice.say("public.summary.beyond", **values)


def _ended(told: Told, voice: Voice, values: dict[str, str]) -> str:
    if told.relapse is None:
        return voice.say("public.summary.over", **values)
    again = voice.minute(told.relapse.begins, on_day_of=told.start)
    if told.works_since is None:
        return voice.say("public.summary.relapsed", again=again, **values)
    back = voice.minute(told.works_since, on_day_of=told.start)
    return voice.say("public.summary.again", again=again, back=back, **values)


def impact_text(felt: Felt, told: Told, voice: Voice) -> str:
    """What became of the requests to one feature, over the whole impact and at its worst."""
    if felt.share is None:
        return peak_text(felt, told, voice)
    return voice.say(_key(felt), **_worst(felt, told, voice), share=voice.figure(felt.share))


def item_text(item: ActionItem, told: Told, voice: Voice) -> str:
    """What somebody wrote of an action item for the public; a blank where an internal name slipped in."""
    words = public_words(item.public, told.evidence)
    if words is None:
        return voice.blank("public.next.internal", number=item.number)
    return voice.say("public.next.done", text=words) if item.status is Status.DONE else words


def peak_text(felt: Felt, told: Told, voice: Voice) -> str:
    """The same of its worst moment alone."""
    return voice.say(f"{_key(felt)}.uncounted", **_worst(felt, told, voice))


def _key(felt: Felt) -> str:
    return f"public.impact.{felt.kind}"


def _worst(felt: Felt, told: Told, voice: Voice) -> dict[str, str]:
    return {
        "feature": feature(felt, told, voice),
        "peak": voice.figure(felt.peak),
        "at": voice.minute(felt.peak_at, on_day_of=told.start),
    }
