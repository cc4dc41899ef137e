from alerts.adopt.bounds import finite_bounds


def test_bounds_rise_and_are_numbers():
    spelt = ["2.5", "10", "1e-1", "", "+Inf", "NaN", "fast", "2.5", "-1"]
    assert finite_bounds(spelt) == ["-1", "1e-1", "2.5", "10"]
