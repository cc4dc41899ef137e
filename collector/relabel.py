"""Prometheus relabelling: rules that rewrite or drop a label set."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import re2

from collector.errors import RelabelError
from collector.settings import Section

LONGEST_VALUE = 64 * 1024  # as of label_replace
_LONGEST_JOINED = 1024 * 1024
_MOST_DIGITS = 1_000  # int() takes no more than 4,300
_NEED_TARGET = {"replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal"}


@dataclass(frozen=True)
class RelabelRule:
    action: str = "replace"
    source_labels: tuple[str, ...] = ()
    separator: str = ";"
    regex: str = "(.*)"
    target_label: str = ""
    replacement: str = "$1"
    modulus: int = 0

    @cached_property
    def pattern(self) -> Any:  # noqa: ANN401  # re2 publishes no types
        options = re2.Options()
        options.log_errors = False  # we tell the mistake, in one line
        return re2.compile(f"(?s:{self.regex})", options)


def parse_relabel(section: Section) -> RelabelRule:
    """One entry of ``relabel_configs``."""
    rule = RelabelRule(
        action=section.text("action", "replace").lower(),
        source_labels=section.strings("source_labels"),
        separator=section.text("separator", ";"),
        regex=section.text("regex", "(.*)"),
        target_label=section.text("target_label"),
        replacement=section.text("replacement", "$1"),
        modulus=section.count("modulus"),
    )
    section.finish()
    if rule.action not in {**_SELECTIONS, **_REWRITES}:
        actions = ", ".join(sorted({**_SELECTIONS, **_REWRITES}))
        raise section.error("action", f"expected one of {actions}, found {rule.action!r}")
    if rule.action in _NEED_TARGET and not rule.target_label:
        raise section.error("target_label", f"expected a label for action {rule.action}, found nothing")
    if rule.action == "hashmod" and not rule.modulus:
        raise section.error("modulus", "expected a number above 0 for action hashmod")
    try:
        _ = rule.pattern
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise section.error("regex", f"expected an RE2 expression, found {rule.regex!r}: {said}") from error
    return rule


def relabel(labels: dict[str, str], rules: Sequence[RelabelRule]) -> dict[str, str] | None:
    """The label set after all rules, or None when a rule dropped it.

    Raises:
        RelabelError: for a rule that makes a name or value of more than 64 Ki characters: each rule may
            multiply what the one before it made.
    """
    for rule in rules:
        rewritten = _apply(rule, labels)
        if rewritten is None:
            return None
        labels = rewritten
    return {name: value for name, value in labels.items() if value}


def _apply(rule: RelabelRule, labels: dict[str, str]) -> dict[str, str] | None:
    joined = _joined(rule.separator, [labels.get(name, "") for name in rule.source_labels])
    if rule.action in _SELECTIONS:
        return labels if _SELECTIONS[rule.action](rule, labels, joined) else None
    return _REWRITES[rule.action](rule, labels, joined)


def _joined(separator: str, parts: Sequence[str]) -> str:
    if sum(map(len, parts)) + len(separator) * len(parts) > _LONGEST_JOINED:
        raise RelabelError(f"relabelling joins source_labels to more than {_LONGEST_JOINED} characters")
    return separator.join(parts)


_SELECTIONS: dict[str, Callable[[RelabelRule, dict[str, str], str], bool]] = {
    "keep": lambda rule, _, joined: bool(rule.pattern.fullmatch(joined)),
    "drop": lambda rule, _, joined: not rule.pattern.fullmatch(joined),
    "keepequal": lambda rule, labels, joined: joined == labels.get(rule.target_label, ""),
    "dropequal": lambda rule, labels, joined: joined != labels.get(rule.target_label, ""),
}


def _hash(text: str) -> int:
    """The number that Prometheus takes: the last 8 bytes of the MD5."""
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:], "big")


def _mapped_names(rule: RelabelRule, labels: dict[str, str]) -> dict[str, str]:
    found = ((rule.pattern.fullmatch(name), value) for name, value in labels.items())
    return {expand(rule.replacement, match, LONGEST_VALUE): value for match, value in found if match}


def _replaced(rule: RelabelRule, labels: dict[str, str], joined: str) -> dict[str, str]:
    match = rule.pattern.fullmatch(joined)
    if not match:
        return labels
    target = expand(rule.target_label, match, LONGEST_VALUE)
    return {**labels, target: expand(rule.replacement, match, LONGEST_VALUE)} if target else labels


def _bounded(text: str, most: int = LONGEST_VALUE) -> str:
    if len(text) > most:
        raise RelabelError(f"relabelling makes a text of more than {most} characters")
    return text


_REWRITES: dict[str, Callable[[RelabelRule, dict[str, str], str], dict[str, str]]] = {
    "replace": _replaced,
    "lowercase": lambda rule, labels, joined: {**labels, rule.target_label: _bounded(joined.lower())},
    "uppercase": lambda rule, labels, joined: {**labels, rule.target_label: _bounded(joined.upper())},
    "hashmod": lambda rule, labels, joined: {**labels, rule.target_label: str(_hash(joined) % rule.modulus)},
    "labelmap": lambda rule, labels, _: labels | _mapped_names(rule, labels),
    "labeldrop": lambda rule, labels, _: {k: v for k, v in labels.items() if not rule.pattern.fullmatch(k)},
    "labelkeep": lambda rule, labels, _: {k: v for k, v in labels.items() if rule.pattern.fullmatch(k)},
}

_REFERENCE = re2.compile(r"\$(?:\{(\w+)\}|(\w+)|(\$))")


def expand(template: str, match: Any, most: int) -> str:  # noqa: ANN401  # re2 publishes no types
    """Go's regexp.Expand: ``$1``, ``${name}``, ``$$``; an unknown group is empty.

    Raises:
        RelabelError: where that makes more than ``most`` characters, before it does.
    """
    made = 0

    def counted(reference: Any) -> str:  # noqa: ANN401  # re2 publishes no types
        nonlocal made
        part = _referred(reference, match)
        made += len(part)
        if made > most:
            raise RelabelError(f"relabelling makes a text of more than {most} characters")
        return part

    return _bounded(str(_REFERENCE.sub(counted, template)), most)


def _referred(reference: Any, match: Any) -> str:  # noqa: ANN401  # re2 publishes no types
    if reference.group(3):
        return "$"
    name = reference.group(1) or reference.group(2)
    if name.isdigit():
        number = int(name[:_MOST_DIGITS])
        return (match.group(number) or "") if number <= match.re.groups else ""
    return (match.group(name) or "") if name in match.re.groupindex else ""
