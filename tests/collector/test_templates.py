import math
import re

import pytest

from collector.errors import TemplateError
from collector.templates import parse_template

LABELS = {"job": "shop", "instance": "host:80", "empty": ""}


def fill(text, value=0.12345, external=None):
    return parse_template(text).fill(LABELS, value, external or {"cluster": "eu"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain } text", "plain } text"),
        ("{{ $labels.job }} is {{ $value }}", "shop is 0.12345"),
        ("{{$labels.job}}-{{ .Labels.job }}-{{ .Value }}", "shop-shop-0.12345"),
        ("[{{ $labels.none }}]", "[]"),
        ("{{ $externalLabels.cluster }}{{ .ExternalLabels.cluster }}", "eueu"),
        ("{{ $value | humanizePercentage }}", "12.35%"),
        ("{{ humanizePercentage $value }}", "12.35%"),
        ('{{ printf "%.2f%% of %s" $value $labels.job }}', "0.12% of shop"),
        ('{{ $value | printf "%.1f" }}', "0.1"),
        ('{{ printf "%999999999d" 1 }}{{ printf "%.999999999f" 1.0 }}', "%!(BADWIDTH)%!(BADPREC)"),
        ('{{ printf "%5.1f|%-4s|%q|%v" $value "a" "b" true }}', '  0.1|a   |"b"|true'),
        ("{{ if gt $value 0.1 }}high{{ else }}low{{ end }}", "high"),
        ("{{ if lt $value 0.1 }}low{{ else if eq $labels.job `shop` }}ours{{ else }}x{{ end }}", "ours"),
        ("{{ if $labels.empty }}a{{ end }}b", "b"),
        ("{{ if and (gt $value 0.0) (not $labels.empty) }}yes{{ end }}", "yes"),
        ("a {{- $labels.job -}} b", "ashopb"),
        ("{{/* said */}}x", "x"),
        ("{{ $x := $labels.job }}{{ $x | toUpper }}", "SHOP"),
        ('{{ reReplaceAll "(.*):(.*)" "$2/$1" $labels.instance }}', "80/host"),
        ('{{ reReplaceAll "([0-9])h" "${1}시간" "1h 47m" }}', "1시간 47m"),
        ('{{ reReplaceAll "분" "m" "47분 한글" }}', "47m 한글"),
        ('{{ reReplaceAll "(?P<수>[0-9])분|글" "<$1>" "한글 7분" }}', "한<> <7>"),
        ('{{ reReplaceAll "x*" "-" "한글" }}', "-한-글-"),
        ('{{ reReplaceAll "(?P<n>[0-9])" "${n}$$ \\\\1" "7" }}', "7$ \\1"),
        ('{{ if match "^host" $labels.instance }}{{ stripPort $labels.instance }}{{ end }}', "host"),
        ('{{ index $labels "job" | title }}', "Shop"),
        ('{{ print "a" 1 "b" }}{{ print 1 2 }}', "a1b1 2"),
        ("{{ range $k, $v := $externalLabels }}{{ $k }}={{ $v }}{{ end }}", "cluster=eu"),
        ("{{ range $v := $externalLabels }}{{ $v }}{{ . }}{{ end }}", "eueu"),
        ("{{ with $x := $labels.job }}{{ $x }}{{ . }}{{ end }}{{ .Labels.job }}", "shopshopshop"),
        ("{{ if $x := $labels.none }}a{{ else }}[{{ $x }}]{{ end }}", "[]"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ("{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ end }}{{ $x }}", "1"),
        ("{{ with 0 }}a{{ else with $value }}{{ . }}{{ end }}", "0.12345"),
        ("{{ and 0 (index $labels 5) }}{{ or 1 (index $labels 5) }}", "01"),
        ('{{ len "한글" }} {{ len $externalLabels }}', "6 1"),
        ("{{ 1_000 }} {{ 0x1F }} {{ 010 }} {{ 'a' }} {{ 1e3 }}", "1000 31 8 97 1000"),
        (r'{{ "a\x41\u00e9\101\t" }}', "aAéA\t"),
        ("{{ eq $value 0.12345 }}{{ eq `a` `b` `a` }}{{ ne 1 2 }}{{ ge 2 2 }}", "truetruetruetrue"),
        ("{{ title `it's foo-bar` }}", "It'S Foo-Bar"),
        ("{{ stripPort `[::1]:80` }} {{ stripPort `a:b:c` }} {{ stripPort `host` }}", "::1 a:b:c host"),
        (
            "{{ stripDomain `a.b.c:80` }} {{ stripDomain `1.2.3.4` }} {{ stripDomain `a.b` }}",
            "a:80 1.2.3.4 a",
        ),
        ("{{ println 1 `a` }}", "1 a\n"),
    ],
)
def test_a_template_is_filled_as_go_fills_it(text, expected):
    assert fill(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ gt $value 5 }}", "error calling gt: incompatible types for comparison: float64 and int"),
        ("{{ lt true false }}", "invalid type for comparison"),
        ("{{ eq $labels $labels }}", "invalid type for comparison"),
        ("{{ eq 1 }}", "missing argument for comparison"),
        ("{{ len 5 }}", "len of type int"),
        ("{{ index $labels 5 }}", "value has type int; should be string"),
        ("{{ range 3 }}{{ end }}", "range can't iterate over 3"),
        ("{{ toUpper $value }}", "expected string; got float64"),
        ("{{ toUpper }}", "wrong number of args for toUpper: want 1 got 0"),
        ("{{ humanize true }}", "can't convert bool to float"),
        ("{{ humanizeTimestamp 1e18 }}", "error calling humanizeTimestamp"),
        ("{{ value 5 }}", "expected *template.sample; got int"),
        ("{{ $labels.job.x }}", "can't evaluate field x in type string"),
    ],
)
def test_types_are_as_strict_as_in_go(text, said):
    with pytest.raises(TemplateError, match=re.escape(said)):
        fill(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ range $a }}{{ range $a }}{{ range $a }}{{ printf `%999d` 1 }}{{ end }}{{ end }}{{ end }}",
        "{{ $x := `0123456789` }}{{ range $a }}{{ $x = print $x $x }}{{ end }}",
        "{{ reReplaceAll `` (printf `%900d` 1) (printf `%900d%900d` 1 1) }}",
        "{{ reReplaceAll `.*` `" + "$0" * 2_000 + "` (printf `%900d` 1) }}",
    ],
)
def test_what_a_template_makes_is_bounded(text):
    given = {f"l{n}": "x" for n in range(50)}
    with pytest.raises(TemplateError, match="characters"):
        parse_template(text.replace("$a", "$labels")).fill(given, 0.0, {})


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        ("humanize", 0.0, "0"),
        ("humanize", 1234567.0, "1.235M"),
        ("humanize", 0.00123, "1.23m"),
        ("humanize", math.inf, "+Inf"),
        ("humanize1024", 1048576.0, "1Mi"),
        ("humanizePercentage", 0.999, "99.9%"),
        ("humanizeDuration", 0.0, "0s"),
        ("humanizeDuration", 899.9, "14m 59s"),
        ("humanizeDuration", 100000.0, "1d 3h 46m 40s"),
        ("humanizeDuration", 0.0012, "1.2ms"),
        ("humanizeDuration", -90.0, "-1m 30s"),
        ("humanizeTimestamp", 1435065584.128, "2015-06-23 13:19:44.128 +0000 UTC"),
        ("humanizeTimestamp", 1435065584.0, "2015-06-23 13:19:44 +0000 UTC"),
    ],
)
def test_numbers_are_written_for_people_as_prometheus_does(function, value, expected):
    assert fill(f"{{{{ $value | {function} }}}}", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, "1"),
        (999999.5, "999999.5"),
        (1e6, "1e+06"),
        (-1234567.5, "-1.2345675e+06"),
        (1e21, "1e+21"),
        (0.00001, "1e-05"),
        (math.nan, "NaN"),
        (-0.5, "-0.5"),
    ],
)
def test_a_bare_value_is_spelled_as_go_does(value, expected):
    assert fill("{{ $value }}", value) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ define `x` }}{{ end }}", "not supported"),
        ("{{ $value", "expected }}"),
        ("{{ if $value }}x", "expected {{ end }}"),
        ("{{ nonsense $value }}", "function 'nonsense' is not supported"),
        ("{{ end }}", "not supported"),
        ("{{ }}", "found nothing"),
        ("{{ ( $value }}", "expected )"),
        ("{{ $value $value }}", "expected one value"),
        ("{{ $value | }}", "found nothing"),
        ("{{ $nobody }}", 'undefined variable "$nobody"'),
        ("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", 'undefined variable "$x"'),
        ("{{ $x = 1 }}", 'undefined variable "$x"'),
        ("{{ if $a, $b := $labels }}{{ end }}", "too many declarations"),
        ("{{ break }}", "outside {{ range }}"),
        ("{{ if 1 }}{{ else with 1 }}{{ end }}", "expected else"),
        ('{{ "\\w" }}', "not an escape"),
        ("{{ 9223372036854775808 }}", "integer overflow"),
        ("{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}", "brackets nested more than 50 levels deep"),
        ("{{ 1" + " | humanize" * 5_000 + " }}", "an action of more than 50 pipes"),
        ("{{ if 1 }}" * 3_000 + "{{ end }}" * 3_000, "nested more than 100 levels deep"),
        ("{{ if 0 }}" + "{{ else if 0 }}" * 3_000 + "{{ end }}", "nested more than 100 levels deep"),
    ],
)
def test_what_is_not_understood_is_refused_when_read(text, said):
    with pytest.raises(TemplateError, match=re.escape(said)):
        parse_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ if 1 }}" * 100 + "{{ " + "(not " * 50 + "1" + ")" * 50 + " }}" + "{{ end }}" * 100,
        "{{ if 0 }}" + "{{ else if 0 }}" * 99 + "{{ else }}false{{ end }}",
        "{{ with 1 }}" * 99 + "{{ false" + " | printf `%v`" * 50 + " }}" + "{{ end }}" * 99,
        "{{ if 1 }}{{ end }}" * 200 + "{{ false }}",
    ],
)
def test_what_may_nest_can_be_filled_in(text):
    assert fill(text) in {"true", "false"}


def test_a_template_that_exhausts_the_stack_fails_alone(monkeypatch):
    def exhausted(*_):
        raise RecursionError

    monkeypatch.setattr("collector.templates._run", exhausted)
    with pytest.raises(TemplateError, match="nested too deeply"):
        fill("x")


@pytest.mark.parametrize("text", ["{{ $value.Job }}", "{{ .Nothing }}", "{{ humanize $labels.job }}"])
def test_what_cannot_be_filled_in_fails_the_rule(text):
    with pytest.raises(TemplateError):
        fill(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{{ "}}" }}', "}}"),
        ("{{ `}}` }}", "}}"),
        ("{{/* a }} b */}}x", "x"),
        (r'{{ "\"}}" }}y', '"}}y'),
    ],
)
def test_what_looks_like_an_end_within_a_string_or_a_comment_is_none(text, expected):
    assert parse_template(text).fill({}, 0.0, {}) == expected


def test_actions_without_an_end_are_refused_at_the_first():
    with pytest.raises(TemplateError, match=r"expected }} after '{{ x{{ x"):
        parse_template("{{ x" * 5_000)
