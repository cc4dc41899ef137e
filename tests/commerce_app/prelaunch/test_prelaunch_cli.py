import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import yaml
from click.testing import CliRunner

from commerce_app.prelaunch.cli import prelaunch_command
from tests.commerce_app.prelaunch.campaigns import CONTENT


@pytest.mark.parametrize("token", ["a\nb", "é한"])
def test_a_token_that_no_header_holds_is_a_mistake(tmp_path, token):
    path = tmp_path / "campaign.yml"
    path.write_text(yaml.safe_dump(CONTENT))
    found = CliRunner().invoke(prelaunch_command, [str(path)], env={"ADMIN_TOKEN": token})
    assert found.exit_code == 2
    assert found.output == "fireline: ADMIN_TOKEN: expected a token of printable ASCII characters\n"


class Locked(BaseHTTPRequestHandler):
    """A shop that lets nobody in."""

    def do_GET(self):
        self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def locked():
    with HTTPServer(("127.0.0.1", 0), Locked) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("token", "said"),
    [(None, "not set, and the shop at {} wants"), ("x", "the shop at {} does not take this token")],
)
def test_a_token_that_is_not_set_is_told_from_a_wrong_one(tmp_path, locked, token, said):
    path = tmp_path / "campaign.yml"
    path.write_text(yaml.safe_dump({**CONTENT, "shop": {"url": locked}}))
    found = CliRunner().invoke(prelaunch_command, [str(path)], env={"ADMIN_TOKEN": token})
    assert found.exit_code == 2
    assert found.output.startswith(f"fireline: ADMIN_TOKEN: {said.format(locked)}")


def test_a_drill_that_there_is_not_is_a_mistake(tmp_path):
    path = tmp_path / "campaign.yml"
    path.write_text(yaml.safe_dump({**CONTENT, "drills": {"results": "d.json", "needed": ["baner-spike"]}}))
    (tmp_path / "d.json").write_text(json.dumps([{"drill": "mine", "passed": False}]))
    found = CliRunner().invoke(prelaunch_command, [str(path)])
    assert found.exit_code == 2
    assert found.output.endswith("replica-saturated, got baner-spike\n")
