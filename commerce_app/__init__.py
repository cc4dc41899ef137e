"""The shop of the seed incident: the system under watch."""
