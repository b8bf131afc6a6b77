"""Alembic's entry: run the revisions on the connection that `migrate` holds."""

from alembic import context

from aims.core.db import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can undo a change of the schema too, as long as the driver does not commit behind our back.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
