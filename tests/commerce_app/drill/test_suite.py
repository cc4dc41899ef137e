import io
from contextlib import contextmanager
from dataclasses import replace

import pytest
from rich.console import Console

from commerce_app.drill.errors import CommandError
from commerce_app.drill.judge import Finding
from commerce_app.drill.measure import SloResult
from commerce_app.drill.scenario import Background, load_scenario
from commerce_app.drill.suite import DrillResult, Judged, run_suite
from commerce_app.drill.suite_cli import declared
from commerce_app.drill.suite_table import show_suite

SCENARIO = load_scenario("banner-spike")
LOST = (
    SloResult("order-availability", 0.995, 0.2),
    SloResult("order-latency", 0.99, 0.2),
    SloResult("product-latency", 0.99, 0.2),
)
KEPT = tuple(SloResult(slo.name, slo.objective, 0.0) for slo in LOST)
HURT = {"hit_rate": 0.3, "product_p95": 2.0, "order_p99": 7.0, "order_errors": 0.08, "replica_cpu": 1.0}
WELL = {"hit_rate": 0.95, "product_p95": 0.1, "order_p99": 0.1, "order_errors": 0.0, "replica_cpu": 0.5}


class FakeDrill:
    """Acts that were lived through elsewhere."""

    def __init__(self, records, violations=0, *, books=True):
        self.records = records
        self.books = books
        self.violations = violations
        self.ran = []

    def run(self, name, after):
        self.ran.append(name)
        after(self, self.records[name])
        return self.records[name]

    def verify(self):
        if not self.books and self.ran[-1:] == ["protected"]:
            raise CommandError("no answer")
        return {"stock": self.violations}


class FakeRecorder:
    def __init__(self):
        self.recorded = []

    def record(self, _plant, _act, scenario, cause):
        self.recorded.append((scenario.name, cause))


def results(drill, recorder=None):
    @contextmanager
    def enter(_scenario):
        yield drill

    return list(run_suite([(SCENARIO, SCENARIO.expects)], enter, recorder or FakeRecorder()))


@pytest.fixture
def lived(act_record):
    def live(figures, slos, page_at):
        usual = {"hit_rate": 0.9}
        series = {
            name: [(20.0, usual.get(name, 0.0)), (60.0, value), (110.0, usual.get(name, 0.0))]
            for name, value in figures.items()
        }
        return act_record(slos=slos, page_at=page_at, series=series)

    return live


@pytest.fixture
def as_foretold(lived):
    return {"unprotected": lived(HURT, LOST, 60.0), "protected": lived(WELL, KEPT, None)}


def test_a_drill_passes_that_hurts_unprotected_and_holds_protected(as_foretold):
    drill, recorder = FakeDrill(as_foretold), FakeRecorder()
    (result,) = results(drill, recorder)
    assert result.offered_rps == 48
    assert result.passed, [each.wrong for each in result.acts]
    assert drill.ran == ["unprotected", "protected"]
    assert recorder.recorded == [("banner-spike", "redis-latency")] * 2


def test_a_drill_fails_whose_protected_act_inherits_what_the_other_left(as_foretold):
    inherited = replace(as_foretold["protected"], opening={"stock": 7, "coupons": 0})
    (result,) = results(FakeDrill({**as_foretold, "protected": inherited}))
    assert [finding.what for finding in result.acts[1].wrong] == ["opening books"]


@pytest.mark.parametrize(
    ("act", "measured"),
    [
        ("unprotected", (WELL, KEPT, None)),
        ("protected", (HURT, LOST, 60.0)),
        ("protected", (WELL, KEPT, 60.0)),
    ],
)
def test_a_drill_fails_that_does_not_hurt_or_not_hold(act, measured, lived, as_foretold):
    assert not results(FakeDrill({**as_foretold, act: lived(*measured)}))[0].passed


def test_a_drill_fails_whose_books_are_wrong(as_foretold):
    assert not results(FakeDrill(as_foretold, violations=1))[0].passed


def shown(*found):
    console = Console(file=io.StringIO(), width=140)
    show_suite(console, found)
    return console.file.getvalue()


def judged(act, *findings, doubt=""):
    return Judged(act, findings, doubt)


GOOD = Finding("invariants", "11 kept", "kept", True)
BAD = Finding("order [p99] (fault)", "at least 3.5 s", "1.2 s", False)


def test_the_last_line_counts():
    passed = DrillResult("one", "redis", (judged("unprotected", GOOD), judged("protected", GOOD)))
    failed = DrillResult("two", "redis", (judged("unprotected", GOOD, BAD), judged("protected", GOOD)))
    lines = shown(passed, failed).splitlines()
    assert lines[-1] == "1 passed, 1 failed"
    assert "✗ two unprotected: order [p99] (fault): expected at least 3.5 s, measured 1.2 s" in lines


def test_an_act_of_a_busy_machine_that_went_wrong_says_so():
    doubtful = [judged("unprotected", BAD, doubt="too busy"), judged("protected", GOOD, doubt="too busy")]
    lines = shown(DrillResult("two", "redis", tuple(doubtful))).splitlines()
    assert [line for line in lines if "too busy" in line] == ["! two unprotected: too busy"]


def test_a_drill_fails_whose_fault_did_not_heal_and_keeps_what_was_measured(as_foretold):
    stuck = replace(as_foretold["protected"], unhealed=("lag: not healed: it is stuck",))
    (result,) = results(FakeDrill({**as_foretold, "protected": stuck}, books=False))
    wrong = {finding.what: finding.measured for finding in result.acts[1].wrong}
    assert wrong["faults"] == "lag: not healed: it is stuck"
    assert wrong["invariants"] == "not counted: no answer"


def test_an_act_that_did_not_run_is_no_success():
    assert not DrillResult("one", "redis", (judged("unprotected", GOOD),)).passed
    assert not DrillResult("one", "redis", (judged("unprotected"), judged("protected"))).passed


def test_what_both_acts_have_in_common_is_declared():
    slow = Background(name="slow", fault={"type": "latency", "attributes": {"latency": 2}})
    lines = declared(SCENARIO.model_copy(update={"background": (slow,)}))
    assert lines[0] == "  replica in both acts: 0.2 of a core of the reference speed"
    assert "  set in both acts: SHOP_PRODUCT_TTL_SECONDS=120" in lines
    assert lines[6:9] == [
        "  in the background of both acts: slow {attributes: {latency: 2.0}, type: latency}",
        "  with a fault proxy in both acts: redis",
        "  unprotected: on from the start: no switch",
    ]


def test_in_what_the_acts_differ_is_declared():
    assert declared(load_scenario("duplicate-orders"))[-2:] == [
        "  protected: on from the start: idempotency_keys, single_flight, local_tier, redis_fast_timeouts, "
        "circuit_breaker; popular pages pre-warmed",
        "  customers send keys only where they are demanded",
    ]
    assert "keys" not in declared(SCENARIO)[-1]
