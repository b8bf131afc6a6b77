"""What lists, searches and the trash ask of the library.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from aims.media.search import shown_words

revision = "0003"
down_revision = "0002"

CHUNK = 500
NUMBERED = """
UPDATE assets SET seq = numbered.seq
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS seq FROM assets) AS numbered
WHERE assets.id = numbered.id
"""
ASSETS = """
SELECT a.seq, a.workspace_id, a.kind, a.source, a.model, a.prompt, a.trashed_at, a.created_at, s.id AS share_id
FROM assets a LEFT JOIN shares s ON s.asset_id = a.id AND s.revoked_at IS NULL
WHERE a.seq > :after ORDER BY a.seq LIMIT :most
"""
# One index for both databases' words: they are split and folded by us, so that they mean the same. Positions, sizes and
# ranks are not asked for, and not kept. Prefixes of one and two letters have lists of their own: gathering them from all
# the words that begin so took 60 ms with 200,000 pictures.
WORDS_ON_SQLITE = """
CREATE VIRTUAL TABLE asset_words USING fts5(
    words, tokenize = "ascii tokenchars '_'", detail = none, columnsize = 0, prefix = '1 2')
"""
# Every picture is written in a savepoint of its own, and becomes a small piece of the index. With the default of four
# pieces before they are joined, keeping a picture took half as long again.
TUNED_ON_SQLITE = (
    "INSERT INTO asset_words (asset_words, rank) VALUES ('automerge', 16)",
    "INSERT INTO asset_words (asset_words, rank) VALUES ('crisismerge', 32)",
)
WORDS_ON_POSTGRES = """
CREATE TABLE asset_words (seq BIGINT PRIMARY KEY, created_at BIGINT NOT NULL, words TSVECTOR NOT NULL)
"""


def upgrade() -> None:
    """Number the assets, index their words, and remember files to delete."""
    _number()
    for name, condition in (("library", "trashed_at IS NULL"), ("trash", "trashed_at IS NOT NULL")):
        op.create_index(
            f"ix_assets_{name}",
            "assets",
            ["workspace_id", "created_at", "seq"],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    op.create_index(
        "ix_assets_trashed_at",
        "assets",
        ["trashed_at"],
        sqlite_where=sa.text("trashed_at IS NOT NULL"),
        postgresql_where=sa.text("trashed_at IS NOT NULL"),
    )
    op.create_index("ix_shares_asset_id", "shares", ["asset_id"])
    op.create_index("ix_upload_keys_asset_id", "upload_keys", ["asset_id"])
    op.create_table(
        "discarded",
        sa.Column("storage_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("storage_key", name=op.f("pk_discarded")),
    )
    op.add_column("outputs", sa.Column("deleted_at", sa.BigInteger()))
    _index_words()


def _number() -> None:
    op.drop_index("ix_assets_workspace_id_id", "assets")
    op.add_column("assets", sa.Column("seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(NUMBERED)
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("assets", "seq", server_default=None)
        op.create_unique_constraint("uq_assets_seq", "assets", ["seq"])
        op.execute("CREATE SEQUENCE assets_seq")
        op.execute("SELECT setval('assets_seq', (SELECT coalesce(max(seq), 0) + 1 FROM assets), false)")
        return
    with op.batch_alter_table("assets") as batch:
        batch.alter_column("seq", server_default=None)
        batch.create_unique_constraint("uq_assets_seq", ["seq"])


def _index_words() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(WORDS_ON_POSTGRES)
        op.execute("CREATE INDEX ix_asset_words_words ON asset_words USING gin (words)")
        insert = sa.text(
            "INSERT INTO asset_words VALUES (:seq, :created_at, array_to_tsvector(string_to_array(:words, ' ')))"
        )
    else:
        op.execute(WORDS_ON_SQLITE)
        for statement in TUNED_ON_SQLITE:
            op.execute(statement)
        insert = sa.text("INSERT INTO asset_words (rowid, words) VALUES (:seq, :words)")
    after = 0
    while rows := connection.execute(sa.text(ASSETS), {"after": after, "most": CHUNK}).all():
        values = [
            {
                "seq": row.seq,
                "created_at": row.created_at,
                "words": shown_words(row, shared=row.share_id is not None),
            }
            for row in rows
        ]
        connection.execute(insert, values)
        after = rows[-1].seq
