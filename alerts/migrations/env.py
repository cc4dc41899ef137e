"""Runs migrations on the connection that ``alerts.storage`` hands over."""

from alembic import context

from alerts.storage_schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=VERSION_TABLE
)
with context.begin_transaction():
    context.run_migrations()
