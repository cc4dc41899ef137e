import pytest

from postmortem.verify.places import Places, compare_places

MADE = "# t\n\n- a\n- b\n- c\n\n- d\n- e\n"


@pytest.mark.parametrize(
    ("document", "missing", "moved"),
    [
        (MADE, 0, 0),
        (MADE.replace("\n\n", "\n \n\n"), 0, 0),
        (MADE.replace("- b\n", ""), 1, 0),
        (MADE.replace("- b\n- c\n", ""), 2, 0),
        (MADE.replace("- b\n", "- by people\n"), 0, 0),
        (MADE.replace("- b\n- c\n", "- by people\n"), 1, 0),
        (MADE.replace("- b\n", "- b\n- by people\n- more\n"), 0, 0),
        ("# t\n- d\n- a\n- b\n- c\n- e\n", 0, 1),
        ("# t\n- e\n- b\n- c\n- d\n- a\n", 0, 2),
        ("# t\n- a\n- c\n- d\n- b\n", 1, 1),
        ("", 6, 0),
    ],
)
def test_lines_that_are_gone_are_missing_or_elsewhere(document, missing, moved):
    assert compare_places(MADE, document) == Places(missing, moved)
