"""What alembic runs first: it takes the connection, and the transaction, of the caller."""

from __future__ import annotations

from alembic import context

from scheduler.registry import postgres
from scheduler.registry.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
if connection.dialect.name == "postgresql":
    postgres.order_by_code_point(connection)
