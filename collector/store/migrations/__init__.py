"""Alembic migrations of samples.db."""
