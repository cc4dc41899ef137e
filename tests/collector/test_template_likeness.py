import pytest

from collector.errors import TemplateError
from collector.template_likeness import TemplateCheck


@pytest.mark.parametrize(
    ("good", "wrong"),
    [
        ("{{ query `a` | first }}", "{{ query `a | first }}"),
        ("{{ query `a` }}", "{{ nothing `a` }}"),
        ('{{ "a" }}', '{{ "\\q" }}'),
        ('{{ "`" }}{{ "`" }}', '{{ "`" }}{{ "\\q`" }}'),
        ("{{ if true }}{{ end }}", "{{ if true }}"),
    ],
)
def test_what_is_wrong_is_refused_after_what_looks_like_it(good, wrong):
    check = TemplateCheck()
    check(good)
    with pytest.raises(TemplateError):
        check(wrong)


def test_templates_that_are_alike_are_parsed_once(monkeypatch):
    parsed = []
    monkeypatch.setattr("collector.template_likeness.parse_template", parsed.append)
    check = TemplateCheck()
    for text in ("a {{ query `b` }}", "c {{ query `d` }}", "c {{ query `d` | first }}", "no action"):
        check(text)
    assert parsed == ["a {{ query `b` }}", "c {{ query `d` | first }}"]
