"""Transcripts of web conversations, and how often answers were given and helped."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INCOMING = sa.text("first IS NULL")


def upgrade() -> None:
    """Makes the three tables."""
    op.create_table(
        "web_turns",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("first", sa.Integer),
        sa.Column("turn", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.UniqueConstraint("conversation_id", "first"),
    )
    op.create_index(
        "ix_web_turns_incoming",
        "web_turns",
        ["conversation_id"],
        sqlite_where=INCOMING,
        postgresql_where=INCOMING,
    )
    op.create_table(
        "topic_days",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("answered", sa.Integer, nullable=False),
        sa.UniqueConstraint("topic", "day"),
    )
    op.create_table(
        "votes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ballot", sa.String, nullable=False, unique=True),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_votes_topic_at", "votes", ["topic", "at"])


def downgrade() -> None:
    """Drops them, with all that is in them."""
    for table in ("votes", "topic_days", "web_turns"):
        op.drop_table(table)
