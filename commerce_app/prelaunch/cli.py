"""``fireline shop prelaunch``: the checklist before a banner."""

import os
import time
from pathlib import Path
from typing import NoReturn

import click
import httpx

from commerce_app.prelaunch.campaign import load_campaign
from commerce_app.prelaunch.checklist import go_through, report_json, report_text
from commerce_app.prelaunch.drill_record import check_names
from commerce_app.prelaunch.errors import CampaignError, TokenError
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
        check_names(campaign.drills)
        token = _token(campaign.shop.admin_token_env)
        with Web(httpx.AsyncClient(), time.monotonic) as web:
            seen = observe(campaign, web, token, time.time)
    except CampaignError as error:
        _fail(str(error))
    except TokenError as error:
        _fail(_refused(campaign.shop.admin_token_env, token, error))
    checks = go_through(campaign, seen)
    click.echo(report_json(campaign, checks, seen.at) if as_json else report_text(campaign, checks))
    ctx.exit(overall(checks).exit_code)


def _token(variable: str) -> str | None:
    token = os.environ.get(variable) or None
    if token is not None and not (token.isascii() and token.isprintable()):
        raise CampaignError(f"{variable}: expected a token of printable ASCII characters")
    return token


def _refused(variable: str, token: str | None, error: TokenError) -> str:
    if token is None:
        return f"{variable}: not set, and the shop at {error} wants its admin token (shop.admin_token_env)"
    return f"{variable}: the shop at {error} does not take this token"


def _fail(message: str) -> NoReturn:
    click.echo(f"fireline: {message}", err=True)
    raise SystemExit(USER_MISTAKE)
