from collector.labels import Labels
from collector.rules import texts
from collector.rules.texts import AlertTexts
from collector.series import Sample

UP = Sample(Labels({"__name__": "up", "job": "shop"}), 0.0, 1.0)


def test_annotations_together_are_bounded_and_labels_go_on(monkeypatch):
    monkeypatch.setattr(texts, "MOST_CHARACTERS", 7)
    filled = AlertTexts({}, "", lambda _query: [])
    assert [filled.annotation("{{ $labels.job }}", UP) for _ in range(2)] == ["shop", "shop"]
    assert filled.annotation("x", UP).endswith("are longer than 7 characters together>")
    assert filled.label("{{ $labels.job }}", UP) == "shop"


def test_what_cannot_be_filled_in_is_told_in_its_place():
    filled = AlertTexts({}, "", lambda _query: [])
    assert filled.annotation("{{ gt $value 5 }}", UP).startswith(
        "<error expanding template: error calling gt"
    )
