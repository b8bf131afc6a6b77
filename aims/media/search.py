"""The words of prompts, in an index of the database: folded and split here, so that both databases find the same.

A row of the index also has labels, words that nobody can type: whose asset it is, whether it lives or is in the trash,
its kind, source and model, and whether it is shared. A list with a filter is a search for labels, and the database
intersects them as it does words. What is found is checked against the rows themselves.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, cast, column, delete, func, table
from sqlalchemy.dialects.postgresql import TSQUERY

from aims.core.db import Tx, insert
from aims.core.errors import Invalid

LONGEST_TEXT = 1000
LONGEST_WORD = 64
MOST_WORDS = 32
# Beginnings of so many letters have lists of their own on SQLite.
LISTED_BEGINNING = 2

# Accents, and the points of Hebrew and Arabic. Marks that are letters of their own, as in Hindi, stay.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff]+")
# Letters that no rule of Unicode takes apart, though people leave their strokes out.
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Scripts that put no spaces between words: each of their letters is a word.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003fffd])"
)
# The vowel signs of India are no letters to Python, but they stand inside words.
_WORD = re.compile("(?:[^\\W_]|[\u0900-\u0963\u0966-\u0dff])+")

sqlite_words = table("asset_words", column("rowid"), column("words"), column("asset_words"))
postgres_words = table("asset_words", column("seq"), column("created_at"), column("words"))

_ADD_ON_SQLITE = insert(sqlite_words)
_REMOVE_ON_SQLITE = delete(sqlite_words).where(sqlite_words.c.rowid == bindparam("asset"))
_put = insert(postgres_words).values(
    seq=bindparam("seq"),
    created_at=bindparam("created_at"),
    words=func.array_to_tsvector(func.string_to_array(bindparam("words"), " ")),
)
_PUT_ON_POSTGRES = _put.on_conflict_do_update(
    index_elements=["seq"], set_={"created_at": _put.excluded.created_at, "words": _put.excluded.words}
)
_REMOVE_ON_POSTGRES = delete(postgres_words).where(postgres_words.c.seq == bindparam("asset"))

MATCHES_ON_SQLITE = column("asset_words").op("MATCH")(bindparam("match"))
MATCHES_ON_POSTGRES = cast(bindparam("match"), TSQUERY)


def words_of(text: str) -> list[str]:
    """The words of a text, each once, without case and accents, in the order of the text."""
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKD", text).casefold().translate(_STROKES)
        folded = _MARKS.sub("", unicodedata.normalize("NFKD", folded))
        folded = _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFKC", folded))
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(folded)))


def asked_words(text: str) -> list[str]:
    """The words that somebody looks for. Quotes and operators are no words, and mean nothing.

    Raises Invalid for a text of more than 1,000 characters or 32 words.
    """
    found = words_of(text) if len(text) <= LONGEST_TEXT else []
    if len(text) > LONGEST_TEXT or len(found) > MOST_WORDS:
        raise Invalid.field("q", f"`q` is at most {LONGEST_TEXT:,} characters and {MOST_WORDS} words.")
    return found


def labels(
    workspace_id: str,
    *,
    trashed: bool,
    kind: str | None = None,
    source: str | None = None,
    model: str | None = None,
    shared: bool | None = None,
) -> list[str]:
    """The labels of an asset, or of the assets that are asked for: what is None is not asked about.

    No word of a text begins with the underscore that a label begins with.
    """
    found = [("_t" if trashed else "_w") + workspace_id.replace("-", "")]
    found += [f"_k{kind}"] if kind is not None else []
    found += [f"_s{source}"] if source is not None else []
    found += [f"_m{_short(model)}"] if model is not None else []
    found += [f"_h{int(shared)}"] if shared is not None else []
    return found


def _short(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()


def shown_words(row: Any, *, shared: bool) -> str:
    """What the index has of an asset: its labels and the words of its prompt, with spaces between."""
    marks = labels(
        row.workspace_id,
        trashed=row.trashed_at is not None,
        kind=row.kind,
        source=row.source,
        model=row.model,
        shared=shared,
    )
    return " ".join([*marks, *words_of(row.prompt or "")])


def add(tx: Tx, row: Any, *, shared: bool) -> None:
    """Index an asset that was just kept, from its row."""
    words = shown_words(row, shared=shared)
    if tx.dialect == "sqlite":
        tx.run(_ADD_ON_SQLITE, rowid=row.seq, words=words)
    else:
        tx.run(_PUT_ON_POSTGRES, seq=row.seq, created_at=row.created_at, words=words)


def renew(tx: Tx, row: Any, *, shared: bool) -> None:
    """Index an asset again, because one of its labels has changed."""
    if tx.dialect == "sqlite":
        tx.run(_REMOVE_ON_SQLITE, asset=row.seq)
    add(tx, row, shared=shared)


def remove(tx: Tx, seq: int) -> None:
    """Take an asset out of the index."""
    tx.run(_REMOVE_ON_SQLITE if tx.dialect == "sqlite" else _REMOVE_ON_POSTGRES, asset=seq)


def match(tx: Tx, marks: Iterable[str], words: list[str]) -> str:
    """The question to the index: all labels and all words, of the last of which the beginning is enough.

    Nothing in it was typed: labels are ours, and words consist of letters and digits.
    """
    if tx.dialect == "sqlite":
        terms = [f'"{term}"' for term in (*marks, *words)]
        return " AND ".join(terms) + (" *" if words else "")
    terms = [f"'{term}'" for term in (*marks, *words)]
    return " & ".join(terms) + (":*" if words else "")
