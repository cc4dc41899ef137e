"""How each figure came about, in words: its value as stored, what was taken of which samples or records."""

from collections.abc import Mapping

from postmortem.document import Text
from postmortem.facts import Fact, FromFacts, FromRecord, FromSeries, Operation, RecordKind, sources_of
from postmortem.report import Report
from postmortem.words.voice import Voice

_FORMULAS = {
    Operation.SUM: "{0} + {1}",
    Operation.DIFFERENCE: "{0} − {1}",
    Operation.QUOTIENT: "{0} / {1}",
    Operation.LESSER: "min({0}, {1})",
    Operation.BUDGET_SHARE: "{0} / ({1} × (1 − {2}))",
    Operation.BUDGET_LEFT: "1 − {0} / ({1} × (1 − {2}))",
    Operation.BUDGET_TIME: "{0} × {1} / ({2} × (1 − {3}))",
    Operation.LOST: "max(0, ({0} − {1}) × {2})",
    Operation.WORTH: "{0} × {1} × (1 − {2})",
}


def derivations(report: Report, voice: Voice) -> Mapping[str, Text]:
    """A text for each figure of the report, by the fact's id; figures that it is made of are marked in it."""
    return {fact.id: _derivation(fact, voice) for fact in report.facts()}


def _derivation(fact: Fact, voice: Voice) -> Text:
    value = repr(fact.value).removesuffix(".0")
    how = _how(fact, voice)
    text = voice.say("derive", id=fact.id, value=value, unit=str(fact.unit), how=how)
    return Text(text, sources_of(fact))


def _counted(horizon: str, voice: Voice) -> str:
    return voice.say(f"head.{horizon}" if horizon else "items.all")


def _how(fact: Fact, voice: Voice) -> str:
    match fact.source:
        case FromSeries(_, cut):
            if cut.start == cut.end:
                return voice.say("derive.answer")
            start, end = voice.moment(cut.start), voice.moment(cut.end)
            threshold = repr(cut.threshold).removesuffix(".0")
            return voice.say(f"derive.{cut.reduction}", start=start, end=end, threshold=threshold)
        case FromRecord(kind, key, field):
            name = _counted(key, voice) if kind is RecordKind.ITEMS else key
            return voice.say(f"derive.{kind}", name=name, field=field)
        case FromFacts(operation, parts):
            return _FORMULAS[operation].format(*(voice.figure(part) for part in parts))
