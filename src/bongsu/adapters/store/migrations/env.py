"""Alembic's way into a record: the connection, and its transaction, are the caller's."""

from alembic import context

from bongsu.adapters.store.tables import meta

context.configure(connection=context.config.attributes["connection"], target_metadata=meta)
context.run_migrations()
