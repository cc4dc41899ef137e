"""The history of the schema of ``incidents.db``."""
