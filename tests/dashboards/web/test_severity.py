import re
from dataclasses import replace

import pytest

from alerts.incidents import Incident, State
from alerts.receive import Severity
from dashboards.web.severity import shown_severity

PATHS = ("/", "/incidents", "/incidents/2025-09-03-1")
PAGE_OPEN = re.compile(r'Page</span>\s*<span class="state[^>]*><svg.*?</svg>\s*Open', re.DOTALL)
PAGE = Incident("1", "t", Severity.PAGE, ("order",), 1, 1)


@pytest.mark.parametrize(
    ("incident", "paging", "shown"),
    [
        (PAGE, {"1"}, "page"),
        (PAGE, {"2"}, "ticket"),
        (replace(PAGE, state=State.ACKNOWLEDGED), (), "ticket"),
        (replace(PAGE, state=State.RESOLVED), (), "page"),
        (replace(PAGE, severity=Severity.TICKET), {"1"}, "ticket"),
    ],
)
def test_open_incident_is_shown_as_what_fires_now(incident, paging, shown):
    assert shown_severity(incident, paging) == shown


def test_pages_show_an_incident_that_eased_as_a_ticket(site):
    site.incident()
    assert all(PAGE_OPEN.search(site.html(path)) for path in PATHS)
    site.eases()
    assert "1 ticket is open" in site.html("/")
    assert not any(PAGE_OPEN.search(site.html(path)) for path in PATHS)
