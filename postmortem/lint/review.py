"""All rules over one document."""

from dataclasses import dataclass

from alerts.charts.model import Language
from alerts.charts.quantities import format_seconds
from postmortem.lint.clock import Length, Lengths
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.messages import load_messages
from postmortem.lint.recorded import Title
from postmortem.lint.rules import (
    action_at_two_times,
    blame,
    done_yet_planned,
    duplicate_item,
    duration_off_timeline,
    figures_disagree,
    hurt_not_listed,
    impossible_percentage,
    item_parts,
    limit_direction,
    missing_section,
    percentile_mixup,
    series_disagree,
    t_plus_origin,
    unfilled_blank,
)

RULES: tuple[Rule, ...] = (
    missing_section.RULE,
    unfilled_blank.RULE,
    t_plus_origin.RULE,
    action_at_two_times.RULE,
    duration_off_timeline.RULE,
    percentile_mixup.RULE,
    impossible_percentage.RULE,
    figures_disagree.RULE,
    series_disagree.RULE,
    hurt_not_listed.RULE,
    limit_direction.RULE,
    duplicate_item.RULE,
    done_yet_planned.RULE,
    item_parts.OWNER,
    item_parts.DATE,
    item_parts.VERB,
    blame.RULE,
)


@dataclass(frozen=True)
class Complaint:
    """A finding in words."""

    rule: str
    line: int
    message: str


def review(draft: Draft, language: Language | None = None) -> list[Complaint]:
    """What all rules find, by line; in the document's own language unless another is given."""
    told = language or (Language.KO if draft.document.is_korean else Language.EN)
    catalogue = load_messages(told)
    found = [(rule, finding) for rule in RULES for finding in rule.check(draft)]
    return [
        Complaint(rule.name, finding.line, catalogue.say(finding.key, **_shown(finding, told)))
        for rule, finding in sorted(found, key=lambda pair: (pair[1].line, RULES.index(pair[0])))
    ]


def _shown(finding: Finding, language: Language) -> dict[str, object]:
    return {name: _value(value, language) for name, value in finding.values.items()}


def _value(value: object, language: Language) -> object:
    """Texts of the document are quoted in one line, and not at any length."""
    match value:
        case Length(seconds):
            return format_seconds(seconds, language)
        case Lengths(shortest, longest):
            ends = dict.fromkeys(format_seconds(seconds, language) for seconds in (shortest, longest))
            return ("~" if language is Language.KO else " to ").join(ends)
        case Title():
            return value.told(language)
        case str():
            return _short(value)
    return value


def _short(text: str, most: int = 400) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
