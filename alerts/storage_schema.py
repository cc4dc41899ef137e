"""The tables of ``incidents.db``; times are Unix seconds. Changes go through ``alerts/migrations``."""

import sqlalchemy as sa

VERSION_TABLE = "incidents_schema_version"  # its own name: a shared PostgreSQL may hold other schemas

metadata = sa.MetaData()

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("titles", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("headline", sa.String(16), nullable=False, server_default=""),
    sa.Column("severity", sa.String(16), nullable=False),
    sa.Column("services", sa.JSON, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("detected_at", sa.Double, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("paged_at", sa.Double),
    sa.Column("acknowledged_at", sa.Double),
    sa.Column("resolved_at", sa.Double),
    sa.Column("closed_at", sa.Double),
    sa.Column("closed_by", sa.Text, nullable=False),
    sa.Column("rung", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("version", sa.Integer, nullable=False),
)

# One row for each time that an alert belonged to an incident, or fired without one.
alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.String(16), nullable=False, index=True),
    sa.Column("incident_id", sa.String(40), sa.ForeignKey("incidents.id"), index=True),
    sa.Column("labels", sa.JSON, nullable=False),
    sa.Column("annotations", sa.JSON, nullable=False),
    sa.Column("generator_url", sa.Text, nullable=False),
    sa.Column("starts_at", sa.Double, nullable=False),
    sa.Column("ends_at", sa.Double, nullable=False),
    sa.Column("ends_by_timeout", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("firing", sa.Boolean, nullable=False, index=True),
    sa.Column("updated_at", sa.Double, nullable=False),
    sa.Column("told", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.UniqueConstraint("fingerprint", "incident_id"),
)

# Append-only: triggers of the first migration refuse UPDATE and DELETE.
events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Double, nullable=False, index=True),
    sa.Column("recorded_at", sa.Double, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("service", sa.Text),
    sa.Column("incident_id", sa.String(40), sa.ForeignKey("incidents.id"), index=True),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("key", sa.String(255), unique=True, index=True),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("incident_id", sa.String(40), sa.ForeignKey("incidents.id"), nullable=False, index=True),
    sa.Column("notifier", sa.String(40), nullable=False),
    sa.Column("occasion", sa.String(16), nullable=False),
    sa.Column("alert", sa.String(16)),
    sa.Column("event_ids", sa.JSON, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("due_at", sa.Double, nullable=False),
    sa.Column("deadline_at", sa.Double, nullable=False),
    sa.Column("claimed_until", sa.Double, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("sent_at", sa.Double),
    sa.Column("receipt", sa.JSON(none_as_null=True)),
    sa.Column("own", sa.Boolean, nullable=False, server_default=sa.false()),
)

silences = sa.Table(
    "silences",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("matchers", sa.JSON, nullable=False),
    sa.Column("starts_at", sa.Double, nullable=False),
    sa.Column("ends_at", sa.Double, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("updated_at", sa.Double, nullable=False),
)
