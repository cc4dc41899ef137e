import pytest

from alerts.corrections import Subjects, named_row, require_time, unknown_row
from alerts.errors import RequestError
from alerts.events import Kind, NewEvent

ID = "2025-09-03-1"
SUBJECTS = Subjects(signals=("replica_cpu", "replica_lag"), objectives=("order-availability",))


@pytest.fixture
def said(world):
    """What is said of a correction of a row, in an incident of an alert (event 1) and a note (event 2)."""
    world.fire("ProductSlow", "product", slo="product-latency", tier="fast")
    world.record(Kind.NOTE, incident=ID)

    def said(row, **fact):
        event = world.record(Kind.CORRECTION, attributes={"row": row}, **{"incident": ID, **fact})
        with world.app.database.read() as connection:
            return unknown_row(connection, event, SUBJECTS)

    return said


@pytest.mark.parametrize(
    "row",
    [
        "onset:signal:replica_cpu",
        'bend:signal:replica_cpu{instance="b"}:2',
        "turn:slo:order-availability:error_ratio",
        "fired:product-latency:fast",
        "ended:product-latency:fast:again",
        "event:1",
        "event:2",
        "impact:start",
        "milestone:detected",
    ],
)
def test_nothing_is_said_of_rows_that_there_may_be(said, row):
    assert said(row) == ""


@pytest.mark.parametrize(
    ("row", "meant"),
    [
        ("onset:signal:replica_cpuu", "; onset:signal:replica_cpu is meant?"),
        ("gap:slo:order-availabilty:error_ratio", "; gap:slo:order-availability:error_ratio is meant?"),
        ("onset:signal:weather", ""),
        ("fired:produkt-latency", "; fired:product-latency is meant?"),
        ("event:99", ""),
    ],
)
def test_a_row_that_there_is_not_is_named_with_the_one_that_is_meant(said, row, meant):
    told = f"no row of {ID} is called {row!r} so far, and until one is this corrects nothing"
    assert said(row) == told + meant


def test_rows_of_another_incident_and_corrections_are_none_of_this_one(said, world):
    world.fire("MailFails", "mail")
    assert "'event:3' so far" in said("event:3")  # the other incident was detected
    assert "'event:4' so far" in said("event:4")  # the correction just now


def test_a_correction_of_no_incident_may_name_an_event_of_any(said):
    assert said("event:2", incident=None) == ""
    assert said("event:99", incident=None).startswith("no row is called 'event:99' so far")


@pytest.mark.parametrize(
    "named",
    [
        "",
        "onset",
        "onset:",
        "onset:replica_cpu",
        "no:such:row",
        "event:12x",
        "event:0",
        "impact:begin",
        12,
        None,
        ["a"],
    ],
)
@pytest.mark.parametrize("key", ["row", "hides"])
def test_what_can_never_be_the_id_of_a_row_is_refused(key, named):
    fact = NewEvent(0.0, Kind.CORRECTION, "", attributes={key: named})
    with pytest.raises(RequestError, match=f"attributes.{key}: expected the id of a row, such as onset"):
        named_row(fact)


@pytest.mark.parametrize(
    "fact",
    [
        NewEvent(0.0, Kind.NOTE, "", attributes={"row": "of seats"}),
        NewEvent(0.0, Kind.CORRECTION, "", attributes={"at": 1.0}),
    ],
)
def test_other_events_and_rows_that_people_add_name_none(fact):
    assert named_row(fact) is None


@pytest.mark.parametrize("at", [True, None, [], "", "12:27:30", "2025-09-03T12:27:30", -1, 1e300, 10**400])
def test_a_time_that_is_none_is_refused(at):
    with pytest.raises(RequestError, match=r"^attributes\.at: "):
        require_time(NewEvent(0.0, Kind.CORRECTION, "", attributes={"row": "impact:start", "at": at}))


@pytest.mark.parametrize("at", [0, 1756861710.5, "2025-09-03T10:08:30+09:00"])
def test_seconds_and_times_with_a_zone_are_taken(at):
    require_time(NewEvent(0.0, Kind.CORRECTION, "", attributes={"row": "impact:start", "at": at}))


def test_other_events_may_carry_any_at():
    require_time(NewEvent(0.0, Kind.NOTE, "", attributes={"at": "noon"}))
