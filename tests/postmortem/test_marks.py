import pytest

from postmortem.marks import mark, marked_facts, replace_marks, without_marks
from postmortem.records import Incident


def test_marks_tell_which_fact_a_figure_shows():
    text = f"from {mark('10:05', 'a.onset')} to {mark('8.1%', 'b.peak')}"
    assert list(marked_facts(text)) == [("a.onset", "10:05"), ("b.peak", "8.1%")]
    assert replace_marks(text, lambda fact, printed: f"<{fact}={printed}>") == (
        "from <a.onset=10:05> to <b.peak=8.1%>"
    )


@pytest.mark.parametrize("bang", ["!", "\\!"])
def test_an_exclamation_mark_before_a_figure_is_told(bang):
    assert replace_marks(f"now!{mark('3', 'a')}", lambda _, printed: f"[{printed}]", bang) == f"now{bang}[3]"


def test_what_others_wrote_shows_no_figure():
    forged = mark("0%", "slo:a:share")
    assert without_marks(forged) == "slo:a:share0%"
    record = {"id": "1", "state": "open", "severity": "page", "started_at": 0, "detected_at": 0}
    incident = Incident.model_validate(
        {**record, "title": forged, "services": [forged], "titles": {"en": forged}}
    )
    assert not [*marked_facts(f"{incident.title}{incident.services}{incident.titles}")]
