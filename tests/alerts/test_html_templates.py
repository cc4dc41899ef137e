import pytest
from jinja2 import TemplateNotFound, UndefinedError

from alerts.html_templates import html_templates


@pytest.fixture
def templates():
    return html_templates("alerts.charts")


def test_values_are_escaped_and_lines_of_statements_leave_no_trace(templates):
    made = templates.from_string("{% if name %}\n  <b>{{ name }}</b>\n{% endif %}\n").render(name="<i>&")
    assert made == "  <b>&lt;i&gt;&amp;</b>\n"


def test_a_name_that_is_missing_is_an_error(templates):
    with pytest.raises(UndefinedError, match="'name' is undefined"):
        templates.from_string("{{ name }}").render()


def test_a_package_has_its_own_templates(templates):
    name = templates.list_templates()[0]
    assert templates.get_template(name)
    with pytest.raises(TemplateNotFound):
        html_templates("dashboards.web").get_template(name)
