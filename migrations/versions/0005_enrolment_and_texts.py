"""Enrolments, opt-outs and text messages."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

LIVE = sa.text("state <> 'ended'")
STANDING = sa.text("lifted_at IS NULL")
STRANGER = sa.text("enrolment_id IS NULL AND erasing_since IS NULL")


def upgrade() -> None:
    """Makes the nine tables."""
    _enrolment()
    _opting_out()
    _texts()


def _enrolment() -> None:
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String, nullable=False, unique=True),
        sa.Column("conversation_id", sa.String, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_hash", sa.String, nullable=False, index=True),
        sa.Column("time_zone", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("model_of_care", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        moment("enrolled_at"),
        moment("changed_at"),
        moment("agreed_at"),
        sa.Column("agreed_by", sa.Text, nullable=False),
        sa.Column("agreed_words", sa.Text, nullable=False),
        moment("erased_at", nullable=True),
    )
    unique_where("uq_enrolments_live_phone", "enrolments", "phone_hash", LIVE)
    op.create_table(
        "enrolment_changes",
        sa.Column("id", sa.Integer, primary_key=True),
        enrolment(index=True),
        moment("at"),
        sa.Column("before", sa.String),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_table(
        "treatment_sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        enrolment(),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.UniqueConstraint("enrolment_id", "starts_at"),
    )
    op.create_table(
        "enrolment_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.String, nullable=False, unique=True),
        sa.Column("code_hash", sa.String, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_hash", sa.String, nullable=False, index=True),
        sa.Column("time_zone", sa.String, nullable=False),
        sa.Column("agreed_words", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, index=True),
        moment("expires_at"),
        sa.Column("tries", sa.Integer, nullable=False),
        moment("used_at", nullable=True),
    )


def _opting_out() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number_hash", sa.String, nullable=False, index=True),
        moment("at"),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        moment("lifted_at", nullable=True),
        sa.Column("lifted_words", sa.Text),
    )
    unique_where("uq_opt_outs_standing", "opt_outs", "number_hash", STANDING)
    op.create_table(
        "opt_out_key",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.Text, nullable=False),
    )


def _texts() -> None:
    op.create_table(
        "text_threads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String, nullable=False, unique=True),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolments.id", ondelete="CASCADE"), unique=True),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("phone_hash", sa.String, nullable=False, index=True),
        moment("began_at"),
        sa.Column("offered", sa.Text, nullable=False),
        sa.Column("rest", sa.Text, nullable=False),
        moment("heard_at", nullable=True),
        moment("told_at", nullable=True),
        moment("erasing_since", nullable=True),
    )
    unique_where("uq_text_threads_stranger", "text_threads", "phone_hash", STRANGER)
    op.create_table(
        "text_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("thread_id", sa.Integer, sa.ForeignKey("text_threads.id", ondelete="CASCADE"), nullable=False),
        sa.Column("idempotency_key", sa.String, nullable=False, unique=True),
        sa.Column("purpose", sa.String, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        moment("next_attempt_at"),
        sa.Column("in_hand", sa.Boolean, nullable=False),
        moment("unclear_since", nullable=True),
        moment("send_by", nullable=True),
        sa.Column("sid", sa.String, unique=True),
        sa.Column("error_code", sa.Integer),
        moment("created_at"),
        moment("changed_at"),
    )
    op.create_index("ix_text_messages_state_next", "text_messages", ["state", "next_attempt_at"])
    op.create_index("ix_text_messages_thread_state", "text_messages", ["thread_id", "state"])
    session = sa.ForeignKey("treatment_sessions.id", ondelete="CASCADE")
    op.create_table(
        "due_texts",
        sa.Column("id", sa.Integer, primary_key=True),
        enrolment(),
        sa.Column("session_id", sa.Integer, session, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        moment("at"),
        sa.UniqueConstraint("enrolment_id", "session_id", "kind"),
    )


def downgrade() -> None:
    """Drops the nine tables, with all that is in them: also who wants no texts any more."""
    for table in ("due_texts", "text_messages", "text_threads", "opt_out_key", "opt_outs"):
        op.drop_table(table)
    for table in ("enrolment_codes", "treatment_sessions", "enrolment_changes", "enrolments"):
        op.drop_table(table)


def moment(name: str, nullable: bool = False) -> sa.Column:
    """A moment, in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def enrolment(**options: bool) -> sa.Column:
    """The enrolment that a row belongs to and goes with."""
    key = sa.ForeignKey("enrolments.id", ondelete="CASCADE")
    return sa.Column("enrolment_id", sa.Integer, key, nullable=False, **options)


def unique_where(name: str, table: str, column: str, where: sa.sql.elements.TextClause) -> None:
    """An index that holds a column unique among some of the rows."""
    op.create_index(name, table, [column], unique=True, sqlite_where=where, postgresql_where=where)
