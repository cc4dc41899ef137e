"""A report on an incident that a running `fireline up` knows: everything is asked once."""

from contextlib import closing

from collector.cli_prometheus import PrometheusServer
from postmortem.fetch import FirelineApi, fetch_records, fetch_report
from postmortem.records import ServerSettings
from postmortem.report import Report

TIMEOUT_SECONDS = 30.0
TRYING_SECONDS = 15.0  # somebody waits for it


def report_on(
    incident: str, server: PrometheusServer, at: float, quiet_seconds: float | None = None
) -> tuple[Report, ServerSettings]:
    """incident: an id, or `latest`. at: now, in Unix seconds. quiet_seconds: as ``Evidence`` has it.

    Raises:
        EvidenceError: for an unknown one, or a server that cannot be read.
    """
    with closing(server.client(TIMEOUT_SECONDS)) as client:
        api = FirelineApi(client, server.url)
        records, settings = fetch_records(api, incident, at), api.settings()
    with closing(server.querier(deadline_seconds=TRYING_SECONDS)) as querier:
        return fetch_report(records, querier, at, api.address, quiet_seconds), settings
