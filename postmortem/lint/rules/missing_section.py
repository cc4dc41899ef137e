"""What a post-mortem must tell: when, what it did to whom, why, what was done, what will be done."""

from collections.abc import Iterator

from postmortem.lint.finding import Draft, Finding, Rule

# Each may be told under any of these roles.
REQUIRED = {
    "timeline": ("timeline",),
    "impact": ("impact", "scope"),
    "causes": ("causes",),
    "mitigations": ("mitigations", "applied"),
    "actions": ("actions", "planned", "follow_up"),
}


def check(draft: Draft) -> Iterator[Finding]:
    """A line that is labelled so tells it too: `Impact: 1,200 users`."""
    document = draft.document
    labelled = {draft.lexicon.first(passage.label, "roles") for passage in document.passages if passage.label}
    for name, roles in REQUIRED.items():
        own = [section for section in document.sections if section.role in roles and section.is_own]
        if own and not any(document.within(section) for section in own):
            yield Finding(own[0].line, "missing-section.empty", {"heading": own[0].heading})
        elif not own and not labelled & set(roles):
            yield Finding(1, f"missing-section.{name}")


RULE = Rule("missing-section", check)
