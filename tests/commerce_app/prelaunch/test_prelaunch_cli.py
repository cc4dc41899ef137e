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
