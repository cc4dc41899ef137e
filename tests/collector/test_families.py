import pytest

from collector.families import MOST_FAMILIES, Families, Metadata


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("# TYPE a foo", "expected a type of .*, found 'foo'"),
        ("# TYPE a", "expected a type"),
        ("# TYPE a gauge ", "found 'gauge '"),
        ("# TYPE a gauge\r", "found"),
        ("# TYPE a stateset", "expected a type of counter, gauge, histogram, summary, untyped"),
        ("# TYPE a unknown", "expected a type"),
        ("# HELP 9a b", "expected a metric name after HELP"),
    ],
)
def test_comments_of_the_text_format_that_prometheus_refuses(line, said):
    with pytest.raises(ValueError, match=said):
        Families().read_text(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("# TYPE a untyped", "expected a type"),
        ("# TYPE a ", "expected a type"),
        ("#  TYPE a gauge", "expected # HELP"),
        ("# HELP a", "expected # HELP"),
        ("# UNIT a seconds", "expected a metric name that ends with its unit 'seconds'"),
    ],
)
def test_comments_of_openmetrics_that_prometheus_refuses(line, said):
    with pytest.raises(ValueError, match=said):
        Families().read_openmetrics(line)


@pytest.mark.parametrize(
    "line", ["# TYPE a untyped", "# HELP", "# HELP a", "#HELP 9a", "# UNIT 9a b", "#", "# EOF"]
)
def test_comments_of_the_text_format_that_prometheus_takes(line):
    Families().read_text(line)


def test_openmetrics_says_all_of_a_family():
    families = Families()
    for line in ("# TYPE a_seconds counter", "# UNIT a_seconds seconds", "# HELP a_seconds so\\nit is"):
        families.read_openmetrics(line)
    assert families.known == {"a_seconds": Metadata("counter", "so\nit is", "seconds")}


def test_comments_of_families_beyond_the_most_are_counted():
    families = Families()
    for number in range(MOST_FAMILIES + 5):
        families.read_text(f"# TYPE a{number} gauge")
        families.read_text(f"# HELP a{number} b")
    assert (len(families.known), families.left_out) == (MOST_FAMILIES, 10)


def test_texts_longer_than_memory_are_left_out(monkeypatch):
    monkeypatch.setattr("collector.families.MOST_CHARACTERS", 10)
    families = Families()
    for line in ("# HELP a " + "b" * 9, "# HELP c d"):
        families.read_text(line)
    assert (list(families.known), families.left_out) == (["a"], 1)
