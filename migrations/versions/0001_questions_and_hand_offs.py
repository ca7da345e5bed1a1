"""The questions not understood, the hand-offs and their outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

OPEN_CRISIS = sa.text("kind = 'crisis' AND status = 'open'")


def upgrade() -> None:
    """Makes the four tables."""
    op.create_table(
        "unanswered_questions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        moment("first_seen"),
        moment("last_seen"),
        sa.Column("options", sa.JSON, nullable=False),
    )
    op.create_table(
        "hand_offs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("urgency", sa.SmallInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("conversation_id", sa.String, nullable=False, index=True),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("seen_by", sa.JSON, nullable=False),
        sa.Column("repeats", sa.Integer, nullable=False),
        moment("raised_at"),
        moment("last_raised_at"),
        sa.Column("taken_by", sa.String),
        moment("taken_at", nullable=True),
        sa.Column("notified_level", sa.Integer, nullable=False),
    )
    op.create_index("ix_hand_offs_status_kind", "hand_offs", ["status", "kind"])
    op.create_index(
        "uq_hand_offs_open_crisis",
        "hand_offs",
        ["conversation_id", "reason"],
        unique=True,
        sqlite_where=OPEN_CRISIS,
        postgresql_where=OPEN_CRISIS,
    )
    op.create_table(
        "hand_off_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        hand_off(),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("message_id", sa.String, nullable=False),
        moment("raised_at"),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("conversation_id", "message_id"),
    )
    op.create_table(
        "outbox_entries",
        sa.Column("id", sa.Integer, primary_key=True),
        hand_off(),
        sa.Column("idempotency_key", sa.String, nullable=False, unique=True),
        sa.Column("transport", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        moment("next_attempt_at"),
        moment("created_at"),
    )
    op.create_index("ix_outbox_entries_state_next", "outbox_entries", ["state", "next_attempt_at"])


def downgrade() -> None:
    """Drops the four tables, with all that is in them."""
    for table in ("outbox_entries", "hand_off_messages", "hand_offs", "unanswered_questions"):
        op.drop_table(table)


def moment(name: str, nullable: bool = False) -> sa.Column:
    """A moment, in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def hand_off() -> sa.Column:
    """The hand-off that a row belongs to and goes with."""
    return sa.Column(
        "hand_off_id", sa.Integer, sa.ForeignKey("hand_offs.id", ondelete="CASCADE"), nullable=False, index=True
    )
