import pytest
import yaml

from alerts.compile import compile_slos, policies_of
from alerts.errors import SpecError
from tests.alerts.formats.openslo_specs import load, put, spec

STEERING = "a\x1b[31mb\u202ec\x85d\x07e"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("metadata.name", "a" * 254, "name: expected at most 253 characters, found 'aaa"),
        ("spec.service", "a" * 254, "spec.service: expected at most 253 characters, found 'aaa"),
        (
            "metadata.labels",
            {"team": "a" * 1025},
            "labels: team: expected at most 1024 characters, found 'aaa",
        ),
        ("metadata.labels", {"a" * 1025: "b"}, "labels: expected at most 1024 characters, found 'aaa"),
    ],
)
def test_what_stands_in_every_rule_is_short(tmp_path, path, value, said):
    with pytest.raises(SpecError, match=said) as refused:
        load(tmp_path, put(spec(), path, value))
    assert len(str(refused.value)) < 300


def test_the_longest_names_are_taken(tmp_path):
    (slo,) = load(tmp_path, put(put(spec(), "metadata.name", "a" * 253), "spec.service", "b" * 253))
    assert (len(slo.name), len(slo.service)) == (253, 253)


def test_nothing_in_rules_steers_a_terminal(tmp_path):
    content = put(put(spec(), "spec.description", STEERING), "metadata.displayName", STEERING)
    content = put(
        content, "metadata.annotations", {f"fireline/{key}": STEERING for key in ("title-ko", "runbook-url")}
    )
    slos = load(tmp_path, content)
    assert (slos[0].description, slos[0].title["ko"]) == ("a[31mbcde", "a[31mbcde")
    written = yaml.safe_dump(compile_slos(slos, policies_of(slos)), allow_unicode=False)
    assert not [code for code in ("\\e", "\\x1B", "\\u202E", "\\N", "\\a") if code in written]
