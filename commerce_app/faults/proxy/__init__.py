"""A TCP proxy whose faults come and go over toxiproxy's HTTP API: one kind of toxic a module."""
