import pytest

from collector.errors import QueryError, TemplateError
from collector.labels import Labels
from collector.series import Sample
from collector.templates import parse_template

UP = [Sample(Labels({"job": "a"}), 0.0, 1.0), Sample(Labels({"job": "b"}), 0.0, 0.25)]
ANSWERS = {"up": UP, "none": []}


def fill(text: str) -> str:
    return parse_template(text).fill({"job": "shop"}, 2.5, {}, ANSWERS.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ $value | printf "%.2f" }}', "2.50"),
        ("{{ with query `up` }}{{ . | first | value }}{{ end }}", "1"),
        ('{{ query "up" | first | label "job" }}', "a"),
        ("{{ with query `none` }}some{{ else }}none{{ end }}", "none"),
        ("{{ range query `up` }}{{ .Labels.job }}={{ .Value }};{{ end }}", "a=1;b=0.25;"),
        ("{{ range query `none` }}x{{ else }}empty{{ end }}", "empty"),
        ("{{ range $i, $e := query `up` }}{{ $i }}:{{ $e.Value }};{{ end }}", "0:1;1:0.25;"),
        ("{{ $x := 0.0 }}{{ range query `up` }}{{ $x = .Value }}{{ end }}{{ $x }}", "0.25"),
        ("{{ range query `up` }}{{ .Value }}{{ break }}{{ end }}", "1"),
        ("{{ range query `up` }}{{ continue }}{{ .Value }}{{ end }}x", "x"),
        ("{{ (query `up` | first).Labels.job }}{{ len (query `up`) }}", "a2"),
        ("{{ (index (query `up`) 1).Value }}{{ index (query `up`) 1 }}", "0.25{map[job:b] 0.25}"),
        ("{{ range query `up` | sortByLabel `job` }}{{ .Labels.job }}{{ end }}", "ab"),
        ("{{ with query `up` }}{{ $labels.job }}{{ end }}", "shop"),
        ("{{ with .Labels.job }}{{ . }}{{ end }}", "shop"),
    ],
)
def test_templates_may_ask(text, expected):
    assert fill(text) == expected


def test_a_query_that_fails_names_itself():
    def refuse(query: str) -> list[Sample]:
        raise QueryError("parse error")

    with pytest.raises(TemplateError, match="parse error"):
        parse_template("{{ query `up{` | first | value }}").fill({}, 0.0, {}, refuse)


def test_first_of_nothing_is_an_error_as_in_prometheus():
    with pytest.raises(TemplateError, match="no elements"):
        fill("{{ query `none` | first | value }}")
