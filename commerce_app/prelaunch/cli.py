"""``fireline shop prelaunch``: the checklist before a banner."""

import os
import time
from pathlib import Path

import click
import httpx

from commerce_app.prelaunch.campaign import load_campaign
from commerce_app.prelaunch.checklist import go_through, report_json, report_text
from commerce_app.prelaunch.errors import CampaignError
from commerce_app.prelaunch.gather import observe
from commerce_app.prelaunch.verdict import overall
from commerce_app.prelaunch.web import Web

USER_MISTAKE = 2


@click.command("prelaunch")
@click.argument("campaign_file", metavar="CAMPAIGN.yml", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.pass_context
def prelaunch_command(ctx: click.Context, campaign_file: Path, as_json: bool) -> None:
    """Warm the keys of a banner and go through the checklist.

    Exit 0: go; 1: no go; 3: something could not be measured; 2: a mistake.
    """
    try:
        campaign = load_campaign(campaign_file)
        token = _token(campaign.shop.admin_token_env)
    except CampaignError as error:
        click.echo(f"fireline: {error}", err=True)
        ctx.exit(USER_MISTAKE)
    with Web(httpx.AsyncClient(), time.monotonic) as web:
        seen = observe(campaign, web, token, time.time)
    checks = go_through(campaign, seen)
    click.echo(report_json(campaign, checks, seen.at) if as_json else report_text(campaign, checks))
    ctx.exit(overall(checks).exit_code)


def _token(variable: str) -> str | None:
    token = os.environ.get(variable)
    if token is not None and not (token.isascii() and token.isprintable()):
        raise CampaignError(f"{variable}: expected a token of printable ASCII characters")
    return token
