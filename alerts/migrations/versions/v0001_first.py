"""Incidents, their alerts, append-only events, the outbox and silences."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE_GUARD = """
CREATE TRIGGER events_no_{verb} BEFORE {verb} ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
"""
_POSTGRES_FUNCTION = """
CREATE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$
"""
_POSTGRES_GUARD = """
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
FOR EACH ROW EXECUTE FUNCTION events_append_only()
"""


def upgrade() -> None:
    """Makes the first schema."""
    _create_incidents()
    _create_alerts()
    _create_events()
    _create_outbox()
    _create_silences()
    _guard_events()


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("services", sa.JSON, nullable=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.Column("detected_at", sa.Double, nullable=False, index=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("paged_at", sa.Double),
        sa.Column("acknowledged_at", sa.Double),
        sa.Column("resolved_at", sa.Double),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String(16), nullable=False, index=True),
        sa.Column("incident_id", sa.String(40), sa.ForeignKey("incidents.id"), index=True),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("annotations", sa.JSON, nullable=False),
        sa.Column("generator_url", sa.Text, nullable=False),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.Column("firing", sa.Boolean, nullable=False, index=True),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.UniqueConstraint("fingerprint", "incident_id"),
    )


def _create_events() -> None:
    op.create_table(
        "events",
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
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
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
        sa.Column("receipt", sa.JSON),
    )


def _create_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("matchers", sa.JSON, nullable=False),
        sa.Column("starts_at", sa.Double, nullable=False),
        sa.Column("ends_at", sa.Double, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )


def _guard_events() -> None:
    match op.get_bind().dialect.name:
        case "sqlite":
            for verb in ("UPDATE", "DELETE"):
                op.execute(_SQLITE_GUARD.format(verb=verb))
        case "postgresql":
            op.execute(_POSTGRES_FUNCTION)
            op.execute(_POSTGRES_GUARD)
