"""A case in place of a server: what is on file, and the report on it."""
