"""`postmortem actions`: what follows an incident, who does it, by when, and what shows that it was done."""

import getpass
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from alerts.action_items import PROOF, Status, unknown_cause
from alerts.errors import AlertsError
from collector.cli_prometheus import PrometheusServer
from collector.cli_values import Duration
from collector.plain_text import plain, plain_line
from postmortem.actions.api import ActionsApi, Listed
from postmortem.actions.text import answer, listing
from postmortem.causes.knowledge import load_knowledge
from postmortem.errors import PostmortemError, ProofError
from postmortem.fetch import LATEST, FirelineApi
from postmortem.live import TIMEOUT_SECONDS
from postmortem.mistake import UserMistake
from postmortem.options import cases_option, fireline_options, rules_option

_MONTH_SECONDS = 30 * 86_400.0


class Unproven(UserMistake):
    """The item stays open: exit code 1."""

    exit_code = 1


def _of_incident(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.argument("incident")(fireline_options()(command))


_author = click.option(
    "--author", default=getpass.getuser, show_default="the user of this machine", help="Who says so."
)
_number = click.argument("number", type=click.IntRange(min=1))
_public = click.option(
    "--public", metavar="TEXT", help="What people outside may be told of it: nothing unless given."
)
_day = click.DateTime(formats=["%Y-%m-%d"])


@click.group("actions")
def actions_group() -> None:
    """Action items of INCIDENT (an id, or `latest`): list, add, change, done, drop."""


@actions_group.command("list")
@_of_incident
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def list_command(incident: str, server: PrometheusServer, style: str) -> None:
    """Show the items by horizon, and how many are open."""
    with _connected(server, incident) as (name, api, fireline):
        items = api.listed()
        today = datetime.fromtimestamp(time.time(), fireline.settings().zone).date()
    if style == "json":
        click.echo(json.dumps([item.model_dump(mode="json") for item in items], ensure_ascii=False, indent=2))
    else:
        for line in listing(name, items, today):
            click.echo(plain(line))


@actions_group.command("add")
@_of_incident
@click.argument("text")
@click.option("--owner", required=True, help="Who does it: one name.")
@click.option("--due", required=True, type=_day, help="By when; its horizon follows from it.")
@click.option("--cause", default="", help="What it addresses: the id of a candidate in the report, or words.")
@click.option("--proof", default="", metavar="case:NAME|drill:NAME", help="What shows that it was done.")
@_public
@_author
def add_command(  # noqa: PLR0917  click passes them by name
    incident: str,
    server: PrometheusServer,
    text: str,
    owner: str,
    due: datetime,
    cause: str,
    proof: str,
    public: str | None,
    author: str,
) -> None:
    """Add an item: TEXT begins with a verb."""
    if proof and not PROOF.fullmatch(proof):
        raise UserMistake(f"--proof: expected case:NAME or drill:NAME, found {proof[:60]!r}")
    _check_cause(cause)
    asked = {
        "text": text,
        "owner": owner,
        "due": due.date().isoformat(),
        "cause": cause,
        "proof": proof,
        "public": public or "",
        "author": author,
    }
    with _connected(server, incident) as (name, api, _):
        added = api.add(asked)
        _say(name, added)
        for warning in added.warnings:
            click.echo(plain_line(f"postmortem: {warning}"), err=True)


def _check_cause(cause: str) -> None:
    """An id that no candidate has would stand in the report as it is typed."""
    unknown = unknown_cause(cause, load_knowledge().ids())
    if unknown:
        raise UserMistake(f"--cause: expected the id of a candidate, or words: {unknown}")


@actions_group.command("change")
@_of_incident
@_number
@click.option("--owner", default="", help="Who does it from now on.")
@click.option("--due", type=_day, help="By when.")
@_public
@_author
def change_command(  # noqa: PLR0917  click passes them by name
    incident: str,
    server: PrometheusServer,
    number: int,
    owner: str,
    due: datetime | None,
    public: str | None,
    author: str,
) -> None:
    """Give item NUMBER another owner, date or text for the public, which an empty one takes back."""
    if not owner and due is None and public is None:
        raise UserMistake("expected --owner, --due or --public")
    said = {"author": author, "owner": owner, **({} if public is None else {"public": public})}
    if due is not None:
        said["due"] = due.date().isoformat()
    with _connected(server, incident) as (name, api, _):
        _say(name, api.act(number, "change", said))


@actions_group.command("done")
@_of_incident
@_number
@cases_option("Of a case that is the proof: the folder of all cases.")
@rules_option("What has to pass that case; else the rules that the server evaluates.")
@click.option(
    "--drills",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Of a drill that is the proof: the drills.json in which it passed.",
)
@click.option(
    "--within", type=Duration(), default=_MONTH_SECONDS, show_default="30d", help="How lately it passed."
)
@_author
def done_command(  # noqa: PLR0917  click passes them by name
    incident: str,
    server: PrometheusServer,
    number: int,
    cases: Path,
    rules: Sequence[Path],
    drills: Path | None,
    within: float,
    author: str,
) -> None:
    """Say that item NUMBER is done: refused unless what it names as its proof is shown."""
    with _connected(server, incident) as (name, api, _):
        item = next((one for one in api.listed() if one.number == number), None)
        kind, _, proof = ("", "", "") if item is None or item.status is not Status.OPEN else _parts(item)
        shown = ""
        if kind == "case":
            shown = _shown_case(proof, cases, rules, server, name)
        elif kind == "drill":
            from postmortem.actions.proofs import show_drill  # noqa: PLC0415  as below

            shown = show_drill(proof, drills, time.time(), within)
        _say(name, api.act(number, "done", {"author": author, "shown": shown}))


def _parts(item: Listed) -> tuple[str, str, str]:
    return item.proof.partition(":")


def _shown_case(
    name: str, cases: Path, rules: Sequence[Path], server: PrometheusServer, incident: str
) -> str:
    # Only a case needs the rules' half, which takes longer to import than all else of this command.
    from alerts.backtest.files import load_alerts  # noqa: PLC0415  as above
    from alerts.ci.server_rules import server_rules  # noqa: PLC0415  as above
    from postmortem.actions.proofs import show_case  # noqa: PLC0415  as above

    with closing(server.client(TIMEOUT_SECONDS)) as client:
        paged_at = FirelineApi(client, server.url).incident(incident).first_page_at
    groups = load_alerts(rules).groups if rules else server_rules(server)
    proof = show_case(name, cases, groups, paged_at)
    if proof.note:
        click.echo(f"postmortem: {plain_line(proof.note)}", err=True)
    return proof.shown


@actions_group.command("drop")
@_of_incident
@_number
@click.option("--why", required=True, help="Why it will not be done.")
@_author
def drop_command(incident: str, server: PrometheusServer, number: int, why: str, author: str) -> None:
    """Say that item NUMBER will not be done. It stays in the list and counts no more."""
    with _connected(server, incident) as (name, api, _):
        _say(name, api.act(number, "drop", {"author": author, "why": why}))


@contextmanager
def _connected(server: PrometheusServer, incident: str) -> Iterator[tuple[str, ActionsApi, FirelineApi]]:
    client = server.client(TIMEOUT_SECONDS)
    try:
        fireline = FirelineApi(client, server.url)
        known = fireline.incident(LATEST).id if incident == LATEST else incident
        yield known, ActionsApi(client, server.url, known), fireline
    except ProofError as error:
        raise Unproven(str(error)) from error
    except (PostmortemError, AlertsError) as error:
        raise UserMistake(str(error)) from error
    finally:
        client.close()


def _say(incident: str, item: Listed) -> None:
    click.echo(plain_line(answer(incident, item)))
