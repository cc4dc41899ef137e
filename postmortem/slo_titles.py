"""Objectives as readers tell them apart: those of two services may have one title."""

from collections import Counter
from collections.abc import Sequence

from alerts.charts.model import Language
from postmortem.records import SloRecord


def told_apart(slos: Sequence[SloRecord]) -> tuple[SloRecord, ...]:
    """The same objectives; a title that several of them have is followed by the service of each."""
    shown = Counter((language, slo.titled(language)) for slo in slos for language in Language)

    def retitled(slo: SloRecord) -> SloRecord:
        shared = [language for language in Language if shown[language, slo.titled(language)] > 1]
        told = {language.value: f"{slo.titled(language)} ({slo.service})" for language in shared}
        return slo.model_copy(update={"title": {**slo.title, **told}}) if told else slo

    return tuple(map(retitled, slos))
