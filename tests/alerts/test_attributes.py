import pytest

from alerts.attributes import checked, shown


def nested(levels):
    value = 1
    for _ in range(levels - 1):
        value = [value]
    return {"a": value}


@pytest.mark.parametrize("attributes", [{}, {"a": 1}, nested(8), {"a": {"b": ["김"]}}, {"a": "x" * 65_527}])
def test_what_can_be_kept_is_kept(attributes):
    assert checked(attributes) is attributes


@pytest.mark.parametrize(
    ("attributes", "said"),
    [(nested(9), "8 levels"), ({"a": "x" * 65_528}, "65536 bytes"), ({"a": float("nan")}, "JSON compliant")],
)
def test_what_cannot_be_kept_is_refused(attributes, said):
    with pytest.raises(ValueError, match=said):
        checked(attributes)


@pytest.mark.parametrize(("levels", "as_it_is"), [(64, True), (65, False)])
def test_what_is_stored_is_shown_unless_it_is_too_deep(levels, as_it_is):
    assert (shown(nested(levels)) == nested(levels)) is as_it_is
