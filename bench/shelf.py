"""A library as somebody has it after two years: prompts of ordinary words, most of them common, some rare."""

import asyncio
import random
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import TextClause, bindparam, func, select, text

from aims import media
from aims.core import ids
from aims.core.db import Database, Tx
from aims.media import assets, search
from aims.media.tables import assets as table

CHUNK = 500
YEARS = 2 * 365 * 86_400_000_000
MODELS = ("openai/gpt-image-2", "fal-ai/nano-banana-2", "fal-ai/flux-pro/kontext", "fal-ai/veo3.1/fast")
OLD = "daguerreotype"
"""A word that only the oldest twentieth has, and all of it."""
RARE = "ornithopter"
"""A word that one in ten thousand has."""

_WITHOUT = text("DROP INDEX ix_asset_words_words")
_WITH = text("CREATE INDEX ix_asset_words_words ON asset_words USING gin (words)")
_LAST = select(func.max(table.c.seq))
_AFTER = select(table).where(table.c.seq > bindparam("last")).order_by(table.c.seq)
_TOTAL = select(func.count()).select_from(table)
_SPREAD = (
    text("UPDATE assets SET created_at = created_at - (:total - seq) * :step"),
    text(
        "UPDATE asset_words SET created_at = (SELECT a.created_at FROM assets a WHERE a.seq = asset_words.seq)"
    ),
)


def prompts(number: int) -> Iterator[str]:
    """That many prompts of 12 to 30 words. Every other one is of a photograph; none of those is of a painting."""
    chance = random.Random(2026)
    lines = (Path(__file__).parent / "gallery_prompts.txt").read_text().split()
    words = sorted({word.strip(".,").lower() for word in lines if word.strip(".,").isalpha()})
    # A language has a long tail: words that were seen a few times each.
    syllables = ("ka", "ro", "mi", "ten", "sol", "va", "lu", "dor", "ne", "shi", "bra", "qui")
    words += ["".join(chance.choices(syllables, k=chance.randint(2, 4))) for _ in range(6000)]
    chance.shuffle(words)
    weights = [1 / (at + 4) for at in range(len(words))]
    for at in range(number):
        line = chance.choices(words, weights, k=chance.randint(10, 28))
        line.append("photograph" if chance.random() < 0.5 else "painting")
        line += [OLD] if at < number // 20 else []
        line += [RARE] if at % 10_000 == 77 else []
        yield " ".join(line)


async def fill(db: Database, workspace_id: str, number: int) -> None:
    """Keep that many assets of the workspace, a twentieth of them in the trash, a hundred shared, over two years."""
    lines, at = prompts(number), 0
    # Growing it row by row would take PostgreSQL a quarter of an hour; a restored backup is indexed at the end, too.
    await db.write(_run_on_postgres, _WITHOUT)
    while at < number:
        at += await db.write(_keep, workspace_id, lines, at, min(CHUNK, number - at))
    await db.write(_run_on_postgres, _WITH)
    await db.write(_spread, number)


def _keep(tx: Tx, workspace_id: str, lines: Iterator[str], first: int, count: int) -> int:
    last = tx.value(_LAST) or 0
    tx.run_many(assets._INSERT, [_row(workspace_id, next(lines), at) for at in range(first, first + count)])
    rows = tx.all(_AFTER, last=last)
    words = [search.shown_words(row, shared=False) for row in rows]
    if tx.dialect == "sqlite":
        values = [{"rowid": row.seq, "words": text} for row, text in zip(rows, words, strict=True)]
        tx.run_many(search._ADD_ON_SQLITE, values)
    else:
        values = [
            {"seq": row.seq, "created_at": row.created_at, "words": text}
            for row, text in zip(rows, words, strict=True)
        ]
        tx.run_many(search._PUT_ON_POSTGRES, values)
    for at, row in enumerate(rows, first):
        if at % 20 == 11:
            media.throw_away(tx, workspace_id, row.id)
        elif at % 2000 == 7:
            media.share(tx, workspace_id, row.id)
    return count


def _row(workspace_id: str, prompt: str, at: int) -> dict[str, str | int | None]:
    asset_id, film, upload = ids.new_id(), at % 12 == 5, at % 10 == 3
    return {
        "id": asset_id,
        "workspace_id": workspace_id,
        "kind": "video" if film else "image",
        "storage_key": f"workspaces/{workspace_id}/2026/11/{asset_id}-{ids.token()}.{'mp4' if film else 'png'}",
        "content_type": "video/mp4" if film else "image/png",
        "bytes": 1_500_000,
        "sha256": ids.token() * 2,
        "width": 1024,
        "height": 1024,
        "duration_ms": 4000 if film else None,
        "preview": "data:image/webp;base64," + "A" * 160,
        "colour": "#336699",
        "source": "upload" if upload and not film else "generation",
        "generation_id": None if upload else ids.new_id(),
        "prompt": prompt,
        "model": "fal-ai/veo3.1/fast" if film else MODELS[at % 3],
    }


def _run_on_postgres(tx: Tx, statement: TextClause) -> None:
    if tx.dialect == "postgresql":
        tx.run(statement)


def _spread(tx: Tx, number: int) -> None:
    """Give them instants in the past, in the order in which they were kept."""
    tx.run(_SPREAD[0], total=tx.value(_TOTAL), step=YEARS // number)
    if tx.dialect == "postgresql":
        tx.run(_SPREAD[1])


async def keeping(db: Database, workspace_id: str, number: int) -> dict[str, list[float]]:
    """Microseconds for keeping one asset in a transaction function of its own, as settling does; 32 at once.

    With the index of words and without it, in turns: what the index adds is the difference.
    """
    lines, took = prompts(6 * number), {"without the index": [], "with the index": []}
    for _ in range(3):
        for name, write in (("without the index", _keep_row), ("with the index", _keep_one)):
            rows = [_row(workspace_id, next(lines), at) for at in range(number)]
            begun = time.perf_counter()
            for first in range(0, number, 32):
                await asyncio.gather(
                    *(db.write(write, row, lane=workspace_id) for row in rows[first : first + 32])
                )
            took[name].append(round((time.perf_counter() - begun) / number * 1e6, 1))
    return took


def _keep_row(tx: Tx, row: dict[str, str | int | None]) -> None:
    tx.one(assets._INSERT, **row)


def _keep_one(tx: Tx, row: dict[str, str | int | None]) -> None:
    assets.keep(tx, **row)
