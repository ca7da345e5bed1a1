"""The texts that have come in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

WAITS = sa.text("answered_at IS NULL")


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "inbound_texts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sid", sa.String, nullable=False, unique=True),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("pictures", sa.Integer, nullable=False),
        sa.Column("acted", sa.String, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
    )
    op.create_index("ix_inbound_texts_waiting", "inbound_texts", ["id"], sqlite_where=WAITS, postgresql_where=WAITS)


def downgrade() -> None:
    """Drops the table."""
    op.drop_table("inbound_texts")
