"""Appointment requests, notes beside hand-offs, and the audit."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the four tables, and what hand-offs need to be reopened and erased."""
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer, primary_key=True),
        hand_off(unique=True),
        sa.Column("conversation_id", sa.String, nullable=False),
        sa.Column("confirmation_id", sa.String, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("person", sa.String),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_hash", sa.String, nullable=False, index=True),
        sa.Column("reach_by", sa.String, nullable=False),
        sa.Column("best_time", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("day", sa.Date),
        sa.Column("part_of_day", sa.String, nullable=False),
        sa.Column("time_words", sa.Text, nullable=False),
        sa.Column("coverage", sa.Text, nullable=False),
        moment("agreed_at"),
        moment("requested_at"),
        sa.Column("state", sa.String, nullable=False),
        moment("changed_at"),
        sa.Column("changes", sa.Integer, nullable=False),
        moment("confirmed_for", nullable=True),
        sa.UniqueConstraint("conversation_id", "confirmation_id"),
    )
    op.create_table(
        "hand_off_notes",
        sa.Column("id", sa.Integer, primary_key=True),
        hand_off(index=True),
        sa.Column("author", sa.String, nullable=False),
        moment("at"),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        moment("at"),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("reference", sa.String, index=True),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("first_number", sa.Integer, nullable=False),
        sa.Column("first_previous", sa.String, nullable=False),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("last_hash", sa.String, nullable=False),
        sa.Column("seal", sa.String, nullable=False),
    )
    for name in ("reopened_at", "closed_at", "erased_at"):
        op.add_column("hand_offs", moment(name, nullable=True))
    op.add_column("hand_offs", sa.Column("erase_on_close", sa.Boolean, nullable=False, server_default=sa.false()))
    # Nobody wrote down when the closed ones were closed: their age counts from when they were last heard of.
    op.execute("UPDATE hand_offs SET closed_at = COALESCE(taken_at, last_raised_at) WHERE status = 'closed'")


def downgrade() -> None:
    """Drops the four tables, with all that is in them, and the columns."""
    for table in ("audit_head", "audit_entries", "hand_off_notes", "appointments"):
        op.drop_table(table)
    with op.batch_alter_table("hand_offs") as hand_offs:
        for name in ("erase_on_close", "erased_at", "closed_at", "reopened_at"):
            hand_offs.drop_column(name)


def moment(name: str, nullable: bool = False) -> sa.Column:
    """A moment, in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def hand_off(**options: bool) -> sa.Column:
    """The hand-off that a row belongs to and goes with."""
    key = sa.ForeignKey("hand_offs.id", ondelete="CASCADE")
    return sa.Column("hand_off_id", sa.Integer, key, nullable=False, **options)
