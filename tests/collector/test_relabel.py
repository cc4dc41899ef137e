import pytest

from collector.errors import ConfigError, RelabelError
from collector.relabel import parse_relabel, relabel
from collector.settings import Section

LABELS = {"__address__": "host:80", "job": "Shop", "env": "prod", "__meta_zone": "a"}


def apply(*rules):
    return relabel(dict(LABELS), [parse_relabel(Section(rule, "f.yml", "r")) for rule in rules])


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ({"source_labels": ["job"], "target_label": "service"}, {"service": "Shop"}),
        (
            {
                "source_labels": ["__address__"],
                "regex": "(.*):(.*)",
                "target_label": "x",
                "replacement": "$2-${1}",
            },
            {"x": "80-host"},
        ),
        ({"source_labels": ["job"], "regex": "other", "target_label": "x"}, {}),
        ({"source_labels": ["job", "env"], "separator": "/", "target_label": "x"}, {"x": "Shop/prod"}),
        ({"target_label": "x", "replacement": "fixed"}, {"x": "fixed"}),
        (
            {"source_labels": ["env"], "target_label": "env", "replacement": "", "regex": "prod"},
            {"env": None},
        ),
        ({"action": "lowercase", "source_labels": ["job"], "target_label": "job"}, {"job": "shop"}),
        ({"action": "uppercase", "source_labels": ["job"], "target_label": "job"}, {"job": "SHOP"}),
        ({"action": "labelmap", "regex": "__meta_(.+)"}, {"zone": "a"}),
        ({"action": "labeldrop", "regex": "env|job"}, {"env": None, "job": None}),
        ({"action": "labelkeep", "regex": "job"}, {"env": None, "__address__": None, "__meta_zone": None}),
        ({"action": "keep", "source_labels": ["job"], "regex": "Shop|x"}, {}),
        ({"action": "drop", "source_labels": ["job"], "regex": "Sho"}, {}),
        ({"action": "keepequal", "source_labels": ["job"], "target_label": "job"}, {}),
        ({"action": "dropequal", "source_labels": ["job"], "target_label": "env"}, {}),
    ],
)
def test_a_rule_changes_labels_as_prometheus_does(rule, changed):
    expected = {name: value for name, value in (LABELS | changed).items() if value is not None}
    assert apply(rule) == expected


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "keep", "source_labels": ["job"], "regex": "Sho"},
        {"action": "drop", "source_labels": ["job"], "regex": "Sh.p"},
        {"action": "keepequal", "source_labels": ["job"], "target_label": "env"},
        {"action": "dropequal", "source_labels": ["job"], "target_label": "job"},
    ],
)
def test_a_rule_drops_the_whole_set(rule):
    assert apply(rule) is None


def test_hashmod_spreads_by_md5_as_prometheus_does():
    hashed = apply(
        {"action": "hashmod", "source_labels": ["__address__"], "target_label": "h", "modulus": 1000}
    )
    assert hashed["h"] == "168"  # the last eight bytes of md5("host:80"), modulo 1000


def test_rules_apply_one_after_the_other():
    first = {"source_labels": ["job"], "target_label": "a"}
    second = {"source_labels": ["a"], "target_label": "b", "replacement": "${1}!"}
    assert apply(first, second)["b"] == "Shop!"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"action": "explode"}, "r.action: expected one of"),
        ({"source_labels": ["a"]}, "r.target_label"),
        ({"action": "hashmod", "target_label": "x"}, "r.modulus"),
        ({"target_label": "x", "regex": "("}, "r.regex: expected an RE2"),
        ({"target_label": "x", "replace": "y"}, "replace: unknown key: did you mean replacement?"),
    ],
)
def test_a_wrong_rule_is_refused_by_key(rule, said):
    with pytest.raises(ConfigError, match=said.replace("?", r"\?")):
        apply(rule)


GROWING = {"source_labels": ["job"], "target_label": "job", "replacement": "$1$1$1$1"}


@pytest.mark.parametrize(
    "rules",
    [
        [GROWING] * 16,
        [{**GROWING, "replacement": "${1}x${1}"}] * 29,
        [{"source_labels": ["job"], "target_label": "${1}" * 30_000}],
        [{"action": "labelmap", "regex": "(.*)", "replacement": "${1}" * 30_000}],
        [{"action": "lowercase", "source_labels": ["job"] * 20_000, "target_label": "x"}],
        [*[GROWING] * 7, {"action": "drop", "source_labels": ["job"] * 100, "regex": "x"}],
    ],
    ids=["doubled twice", "doubled", "target", "labelmap", "lowercase", "joined"],
)
def test_what_relabelling_makes_is_bounded(rules):
    with pytest.raises(RelabelError, match=r"relabelling .* more than [0-9]+ characters"):
        apply(*rules)


def test_a_value_of_64_ki_characters_may_be_made():
    assert len(apply(*[GROWING] * 7)["job"]) == 64 * 1024


def test_a_group_that_is_not_there_is_empty_however_its_number_is_spelled():
    assert "x" not in apply({"target_label": "x", "replacement": "${" + "9" * 5_000 + "}"})
