from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.compose.derivations import _FORMULAS
from postmortem.compose.write import write_document
from postmortem.document import texts
from postmortem.facts import Operation, RecordKind
from postmortem.marks import marked_facts
from postmortem.reductions import Reduction
from postmortem.words.catalogue import load_catalogue


@pytest.fixture(scope="module")
def document(seed_report):
    return write_document(seed_report, Language.EN, ZoneInfo("UTC"))


@pytest.mark.parametrize("way", [*Reduction, *RecordKind])
def test_every_way_to_a_figure_has_words(way):
    assert f"derive.{way}" in load_catalogue(Language.KO).messages


def test_every_formula_is_written_out():
    assert set(_FORMULAS) == set(Operation)


def test_figures_say_how_they_came_about(document):
    told = {fact: text.text for fact, text in document.derivations.items()}
    assert told["signal:product_p95.peak"].endswith(
        " seconds: highest sample from 2025-09-03 01:05:30 to 2025-09-03 01:23:45"
    )
    assert told["incident.detected_at"] == (
        "`incident.detected_at` = 1756862100 timestamp: `detected_at` of the incident"
    )
    parts = [fact for fact, _ in marked_facts(told["impact.to_detect"])]
    assert parts == ["incident.detected_at", "slo:product-latency:error_ratio.missed1.begins"]


def test_every_row_of_the_timeline_shows_its_facts(seed_report, document):
    shown = {fact for text in texts(document.blocks) for fact, _ in marked_facts(text.text)}
    assert {row.fact.id for row in seed_report.timeline} <= shown
    assert {seed_report.since_origin(row.fact).id for row in seed_report.timeline} <= shown
    assert shown <= set(document.numbered_figures())
