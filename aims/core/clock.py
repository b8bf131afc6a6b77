"""Time as the database tells it.

Instants are whole microseconds since 1970-01-01 UTC, in both databases: one arithmetic for leases, limits and expiry,
exact, indexable, and the same on SQLite and Postgres. Faces turn them into RFC 3339.
"""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
NOW = "now_micros"
"""The parameter that carries SQLite's clock; `Prepared.bind` fills it in."""


class now(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it stands for
    """The database's clock at this moment, in microseconds. Money, leases and limits use nothing else."""

    type = BigInteger()
    name = "now_micros"
    inherit_cache = True


@compiles(now, "sqlite")
def _now_on_sqlite(element: now, compiler: SQLCompiler, **_: object) -> str:
    # SQLite has no server: its clock is this host's, read when the statement is bound. Handing it over costs nothing,
    # and keeps microseconds where SQLite's own date functions keep milliseconds.
    return compiler.process(bindparam(NOW, type_=BigInteger()))


@compiles(now, "postgresql")
def _now_on_postgres(element: now, compiler: SQLCompiler, **_: object) -> str:
    return "(CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT))"


def instant(micros: int) -> datetime:
    """An aware UTC datetime for a stored instant."""
    return datetime.fromtimestamp(micros / SECOND, UTC)


def rfc3339(micros: int | None) -> str | None:
    """A stored instant as RFC 3339 in UTC with milliseconds, as every face prints it."""
    if micros is None:
        return None
    return instant(micros).isoformat(timespec="milliseconds").replace("+00:00", "Z")
