"""The HTML report, of the team and for the public, as axe judges it: both themes, and as it prints."""

import html
import json
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.charts.model import Language
from postmortem.archive.identity import Audience
from postmortem.writers import render_page, write_for

pytestmark = pytest.mark.servers
AXE = Path(__file__).parents[2] / "var" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
OPTIONS = (
    "headless=new",
    "no-sandbox",
    "disable-gpu",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "virtual-time-budget=60000",
    "dump-dom",
)
WIDE = "window-size=1200,900"
DARK = "blink-settings=preferredColorScheme=0"
JUDGE = """<pre id="judged"></pre><script>
const told = part => part.flatMap(({id, nodes}) => nodes.map(node => ({rule: id, html: node.html})));
axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(found => {
  document.getElementById("judged").textContent = JSON.stringify({
    violations: told(found.violations), incomplete: told(found.incomplete), passes: found.passes.length,
    dark: matchMedia("(prefers-color-scheme: dark)").matches,
  });
});
</script>"""


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """What axe finds in a page."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Debian package chromium is missing")
    if not AXE.exists():
        pytest.skip("npm package axe-core is missing: .ci/run says how to install it")
    folder = tmp_path_factory.mktemp("axe")

    def judged(page, *more):
        path = folder / "page.html"
        script = f"<script>{AXE.read_text(encoding='utf-8')}</script>{JUDGE}"
        path.write_text(page.replace("</body>", script + "</body>"), encoding="utf-8")
        options = [f"--{option}" for option in (*OPTIONS, *more, f"user-data-dir={folder / 'profile'}")]
        command = [chromium, *options, path.as_uri()]
        dom = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True).stdout
        return json.loads(html.unescape(re.search(r'<pre id="judged">(.+?)</pre>', dom, re.DOTALL)[1]))

    return judged


@pytest.fixture(
    scope="module", params=list(product((Audience.TEAM, Audience.PUBLIC), Language)), ids="-".join
)
def page(request, seed_report):
    audience, language = request.param
    return render_page(write_for(audience, seed_report, language, ZoneInfo("Asia/Seoul")), audience, "")


def printed(page):
    """The page on a screen that shows it as paper does."""
    assert "@media print" in page
    return page.replace("@media print", "@media all")


def is_label_of_a_chart(one):
    """axe cannot tell what lies behind a picture's text: tests/alerts/charts/test_contrast.py does."""
    return one["rule"] == "color-contrast" and one["html"].startswith("<text")


@pytest.mark.parametrize(
    ("more", "shown", "is_dark"),
    [((), str, False), ((DARK,), str, True), ((), printed, False)],
    ids=["light", "dark", "print"],
)
def test_axe_finds_nothing(judge, page, more, shown, is_dark):
    found = judge(shown(page), WIDE, *more)
    assert found["violations"] == []
    assert [one for one in found["incomplete"] if not is_label_of_a_chart(one)] == []
    assert found["dark"] is is_dark
    assert found["passes"] > 15


def test_what_scrolls_in_a_narrow_window_can_be_reached(judge, page):
    assert judge(page, "window-size=500,800")["violations"] == []


def test_axe_would_find_a_fault(judge, page):
    found = judge(page.replace('lang="ko"', "").replace('lang="en"', ""))
    assert {one["rule"] for one in found["violations"]} == {"html-has-lang"}
