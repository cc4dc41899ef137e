"""Objectives of which only a ratio is known: 10 minutes at 50 % spend 11.6 % of 30 days at 99.9 %."""

import re
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.charts.model import Language
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from postmortem.archive.identity import Audience
from postmortem.compose.write import write_document
from postmortem.fetch import Records, fetch_report
from postmortem.records import Incident, SignalMap
from postmortem.writers import write_for
from tests.postmortem.compose.test_ends import row
from tests.postmortem.compose.test_write import as_read
from tests.postmortem.outages import objective
from tests.postmortem.proof import misfits
from tests.postmortem.public.conftest import as_read as unnumbered

START, END = 7200.0, 14_400.0
RATIO = "avg_over_time(failing[$window])"


def report_of(slo):
    store, times = MemoryStore(), np.arange(0.0, END + 1, 15.0)
    failing = np.where((times >= START) & (times < START + 600), 0.5, 0.0001)
    for name, values in (("failing", failing), ("up", np.ones(len(times)))):
        store.append_column(Labels({METRIC_NAME: name, "job": "j"}), (times * 1000).astype(np.int64), values)
    incident = Incident(
        id="1", title="", state="resolved", severity="page", services=("shop",), started_at=START + 60,
        detected_at=START + 60, resolved_at=START + 900,
    )  # fmt: skip
    return fetch_report(Records(incident, (), (slo,), SignalMap()), EmbeddedQuerier(store), END)


@pytest.fixture(scope="module")
def report():
    asked = {"bad": RATIO, "total": f"{RATIO} * 0 + 1", "counts_events": False}
    return report_of(objective(target=0.999).model_copy(update={**asked, "period_seconds": 30 * 86_400.0}))


def test_what_is_spent_is_the_share_of_the_periods_time(report):
    (sli,) = report.impact.slis
    assert sli.spent.value == pytest.approx(0.116, abs=0.005)
    assert sli.share.value == pytest.approx(0.5, abs=0.05)


def test_nothing_is_counted(report):
    (sli,) = report.impact.slis
    assert (sli.bad, sli.total) == (None, None)
    assert not [name for name in report.evidence.series if name.endswith(":born")]


def test_every_figure_recomputes(report):
    assert misfits(report.facts(), report.evidence) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [(Language.EN, "Only a ratio is recorded of orders"), (Language.KO, "orders는 건수 없이")],
)
def test_a_report_prints_no_counts_and_says_why(report, language, said):
    text = as_read(write_document(report, language, ZoneInfo("UTC")))
    assert said in text
    cells = row(text, "orders (30 d)" if language is Language.EN else "orders(30일)").split(" | ")
    assert cells[2:4] == ["–", "–"]


@pytest.fixture(scope="module")
def by_slices():
    asked = {"bad": RATIO, "total": f"{RATIO} * 0 + 1", "slice_seconds": 60.0}
    return report_of(objective().model_copy(update=asked))


def test_slices_are_called_so(by_slices):
    document = write_document(by_slices, Language.EN, ZoneInfo("UTC"))
    assert "| orders, counted in slices of 1 min (" in as_read(document)
    assert "Slices of 1 min that missed ‘orders’" in [tile.label for tile in document.tiles]


@pytest.mark.parametrize(
    ("language", "said", "unsaid"),
    [
        (Language.EN, r"did not work as it should for [\d.]+% of this time\.", "request"),
        (Language.KO, r"이 시간의 [\d.]+% 동안 정상적으로 제공되지 않았습니다\.", "요청"),
    ],
)
@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.CUSTOMER_AFTER, Audience.SUPPORT_AFTER])
def test_slices_are_no_requests_to_anybody_outside(by_slices, audience, language, said, unsaid):
    text = unnumbered(as_read(write_for(audience, by_slices, language, ZoneInfo("UTC"))))
    assert re.search(said, text)
    assert unsaid not in text
