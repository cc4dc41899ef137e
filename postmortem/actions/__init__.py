"""`postmortem actions`: the items of an incident, on a server."""
