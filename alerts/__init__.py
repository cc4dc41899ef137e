"""SLOs into rules, alerts into incidents, incidents into messages."""
