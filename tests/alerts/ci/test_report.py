import pytest

from alerts.ci.report import _passing


@pytest.mark.parametrize(
    ("passing", "cases", "said"),
    [
        (9, 9, "all 9 cases pass"),
        (1, 1, "the case passes"),
        (3, 9, "3 of 9 cases pass"),
        (0, 9, "all 9 cases fail"),
        (0, 1, "the case fails"),
    ],
)
def test_how_many_pass_is_said_as_what_it_means(passing, cases, said):
    assert _passing(passing, cases) == said
