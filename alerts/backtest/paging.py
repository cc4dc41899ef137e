"""Which alerts may page at all."""

from collections.abc import Iterable, Sequence

from alerts.backtest.order import Placed, placed_rules
from alerts.errors import RequestError, SpecError
from alerts.matchers import parse_matcher
from collector.labels import Matcher
from collector.rules.files import AlertingRule, RuleGroup


def page_matchers(texts: Iterable[str]) -> list[Matcher]:
    """Of the values of ``--page``.

    Raises:
        SpecError: for one that is no matcher.
    """
    try:
        return list(map(parse_matcher, texts))
    except RequestError as error:
        raise SpecError(f'--page: expected a matcher such as severity="critical": {error}') from error


def without_a_page(groups: Sequence[RuleGroup], paging: Sequence[Matcher]) -> str:
    """A sentence where no alert has the labels of a page, so that nothing can page; else empty."""
    alerts = [one for one in placed_rules(groups) if isinstance(one.rule, AlertingRule)]
    if any(may_page(one, paging) for one in alerts):
        return ""
    wanted = " or ".join(map(str, paging))
    if len(alerts) == 1:
        return f"The alert is no page, without {wanted}: --page says which labels page."
    return f"None of the {len(alerts)} alerts is a page, as none has {wanted}: --page says which labels page."


def may_page(alert: Placed, paging: Sequence[Matcher]) -> bool:
    """Whether an alert may have the labels of a page: those that templates fill in may be anything."""
    fixed = alert.fixed_labels
    made = alert.label_texts.keys() - fixed.keys()
    return any(matcher.name in made or matcher.matches(fixed.get(matcher.name, "")) for matcher in paging)
