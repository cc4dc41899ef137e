import json
from dataclasses import replace
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from alerts.charts.model import Language
from collector.embedded import EmbeddedQuerier
from postmortem.archive.archive import Archive
from postmortem.compose.write import write_document
from postmortem.fetch import fetch_report
from postmortem.markdown import render_markdown
from postmortem.report import conclude
from postmortem.verify.documents import verify_document
from postmortem.verify.verdict import verify_archive
from tests.postmortem.conftest import CURVES, TEN, records_of, seed_store

RATES = {"worth_low": 30_000.0, "worth_high": 45_000.0, "returning_low": 0.0, "returning_high": 0.4}
# Of what was lost, of revenue, and where people are asked for it.
WORDS = {
    Language.EN: ("Estimate of what was lost", "Estimate of lost revenue", "Lost revenue and abandonment"),
    Language.KO: ("손실 추정, 완료된 주문", "매출 손실 추정", "매출 손실, 이탈 추정"),
}


@pytest.fixture(scope="module")
def report_with(seed_raw):
    """A report on the seed without its rush, so that failing orders make the confirmed ones fewer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CURVES, "traffic", [[0, 60]])
        querier = EmbeddedQuerier(seed_store())

    def report(**rates):
        signals = {**seed_raw.signals, "estimates": [{"signal": "orders", **rates}]}
        records = records_of(SimpleNamespace(**{**vars(seed_raw), "signals": signals}))
        return fetch_report(records, querier, TEN + 100 * 60, "http://localhost:9600")

    return report


@pytest.fixture(scope="module")
def report(report_with):
    return report_with(**RATES)


def text_of(report, language):
    return render_markdown(write_document(report, language, ZoneInfo("Asia/Seoul")))


def values(report):
    return {fact.id.removeprefix("loss.signal:orders."): fact.value for fact in report.facts()}


def test_lost_is_what_before_would_have_made_of_the_duration(report):
    found = values(report)
    for level, before in (("low", "mean_low"), ("usual", "mean"), ("high", "mean_high")):
        missing = found[f"before.{before}"] - found["during"]
        assert found[level] == pytest.approx(missing * found["impact.duration"])
    assert 0 < found["low"] < found["usual"] < found["high"]


def test_the_interval_of_revenue_takes_the_rates_that_widen_it(report):
    found = values(report)
    assert found["worth.low"] == pytest.approx(found["low"] * 30_000 * 0.6)
    assert found["worth.high"] == pytest.approx(found["high"] * 45_000)


@pytest.mark.parametrize("language", [Language.EN, Language.KO])
def test_estimates_are_printed_as_far_as_they_are_configured(report, report_with, seed_report, language):
    def printed(report):
        return [words in text_of(report, language) for words in WORDS[language]]

    assert printed(report) == [True, True, False]
    assert printed(report_with()) == [True, False, True]
    assert printed(seed_report) == [False, False, True]


@pytest.mark.parametrize("is_estimated", [True, False])
def test_what_is_estimated_as_lost_is_not_called_unharmed(report, is_estimated):
    signals = report.evidence.signals.model_copy(update={} if is_estimated else {"estimates": ()})
    shifts = tuple(shift for shift in report.shifts if shift.subject.signal.role != "business")
    calm = replace(report, shifts=shifts, evidence=replace(report.evidence, signals=signals))
    items = [item for item in text_of(calm, Language.EN).split("\n- ") if "o worsening beyond" in item]
    assert len(items) == (1 if is_estimated else 2)  # in the scope, and among business signals
    assert ["Orders confirmed" in item for item in items] == [not is_estimated] * len(items)


def test_nothing_configured_is_nothing_computed(seed_report):
    assert seed_report.losses == ()
    assert not [fact.id for fact in seed_report.facts() if fact.id.startswith(("loss", "estimate"))]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.EN, "cannot be estimated from Orders confirmed"),
        (Language.KO, "완료된 주문은 손실을 추정할 수 없다"),
    ],
)
def test_more_than_before_is_no_loss_of_zero(report_on, seed_raw, language, said):
    rush = report_on(seed_raw.events, [{"signal": "orders", **RATES}])
    assert rush.losses[0].interval is None
    text = text_of(rush, language)
    assert [words in text for words in (said, *WORDS[language][1:])] == [True, False, True]
    assert verify_archive(json.loads(Archive.of(rush).text)).differences == ()


@pytest.mark.parametrize("language", [Language.EN, Language.KO])
@pytest.mark.parametrize("seconds", [0, 60])
def test_samples_that_are_missing_are_not_taken_for_none_lost(report, language, seconds):
    evidence, span = report.evidence, report.impact.span
    series = evidence.series["signal:orders"]
    kept = (series.times < span.start.value + seconds) | (series.times > span.end.value)
    gone = replace(series, times=series.times[kept], values=series.values[kept])
    found = conclude(evidence.with_series([gone]))
    (loss,) = found.losses
    assert (loss.interval, loss.is_covered, loss.coverage.value < 0.1) == (None, False, True)
    assert ("only [" in text_of(found, language)) == (language is Language.EN)
    assert verify_archive(json.loads(Archive.of(found).text)).differences == ()


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_loss(report, seed):
    series = report.evidence.series["signal:orders"]
    values = 10 * np.random.default_rng(seed).lognormal(0, 0.3, len(series.times))
    found = replace(report, evidence=report.evidence.with_series([replace(series, values=values)]))
    assert found.losses[0].interval is None


def test_the_reader_is_led_to_samples_records_and_configuration(report):
    document = write_document(report, Language.EN, ZoneInfo("UTC"))
    refs = document.derivations["loss.signal:orders.worth.high"].refs
    assert {"signal:orders", "estimate"} <= set(refs) <= set(document.sources)


def test_an_archive_with_estimates_verifies(report):
    assert verify_archive(json.loads(Archive.of(report).text)).differences == ()


@pytest.mark.parametrize("name", ["usual", "before.mean_low", "during", "worth.high"])
def test_another_estimate_is_caught(report, name):
    archive = json.loads(Archive.of(report).text)
    next(fact for fact in archive["facts"] if fact["id"] == f"loss.signal:orders.{name}")["value"] *= 1.1
    assert any(f"orders.{name}" in str(found) for found in verify_archive(archive).differences)


def test_another_rate_is_caught(report):
    archive = json.loads(Archive.of(report).text)
    archive["signals"]["estimates"][0]["worth_high"] = 90_000.0
    assert any("worth" in str(found) for found in verify_archive(archive).differences)


def test_a_document_with_estimates_verifies_and_another_interval_is_caught(report):
    archive = json.loads(Archive.of(report).text)
    verdict, text = verify_archive(archive), text_of(report, Language.EN)
    assert verify_document("r.md", text, archive, verdict).differences == ()
    line = next(line for line in text.splitlines() if "Estimate of lost revenue" in line)
    moved = text.replace(line, line.replace("[", "[1", 1))
    assert verify_document("r.md", moved, archive, verdict).differences
