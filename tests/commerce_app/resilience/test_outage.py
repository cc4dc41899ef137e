from commerce_app.resilience.outage import Outage


def test_the_longer_it_fails_the_longer_it_is_to_be_left_alone():
    outage = Outage(quiet_seconds=10)
    assert [outage.failed(at) for at in (100, 101, 105, 114)] == [0, 1, 5, 14]


def test_after_a_quiet_while_it_is_another_outage():
    outage = Outage(quiet_seconds=10)
    outage.failed(100)
    assert outage.failed(110) == 0
