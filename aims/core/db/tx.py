"""What a transaction function may do: run prebuilt statements on the connection it is given.

Statements are SQLAlchemy Core, module-level constants with bind parameters. They are compiled once and then run on the
driver's own cursor: measured at three times the throughput of running them through Core each time.
"""

import time
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, Text, bindparam, literal_column, select
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from aims.core.clock import NOW

type_of_value = int | float | str | bytes | None


def among(column: ColumnElement[str], words: Iterable[str]) -> ColumnElement[bool]:
    """`column IN (...)` for words that are constants of our own, written out so that a statement compiles once."""
    return column.in_([literal_column(f"'{word}'") for word in sorted(words) if word.isidentifier()])


class _listed(FunctionElement[str]):  # noqa: N801 - reads as the SQL function it stands for
    """The texts of a JSON list, as rows with one column named `value`."""

    name = "listed"
    inherit_cache = True


@compiles(_listed, "sqlite")
def _listed_on_sqlite(element: _listed, compiler: SQLCompiler, **_: Any) -> str:
    return f"json_each({compiler.process(element.clauses)})"


@compiles(_listed, "postgresql")
def _listed_on_postgres(element: _listed, compiler: SQLCompiler, **_: Any) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses)} AS JSONB)) AS listed(value)"


def members(column: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    """`column IN (...)` for a JSON list that is one bound parameter: one statement for lists of any length."""
    return column.in_(select(literal_column("value", Text())).select_from(_listed(bindparam(parameter))))


class Cursor(Protocol):
    """The part of a DB-API cursor that is used here."""

    @property
    def rowcount(self) -> int: ...
    @property
    def description(self) -> Any: ...

    def execute(self, sql: str, parameters: Any = ..., /) -> object: ...
    def executemany(self, sql: str, parameters: Any, /) -> object: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Prepared:
    """A statement compiled for one dialect and one set of parameter names."""

    __slots__ = ("_defaults", "_pick", "_row", "_takes_now", "positional", "sql")

    def __init__(self, statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))  # ty: ignore[missing-attribute]
        self.sql: str = compiled.string
        self.positional: bool = compiled.positional
        order: tuple[str, ...] = tuple(compiled.positiontup or compiled.params)
        self._pick = _picker(order)
        # Money and leases compare instants of one statement with each other, so it gets one instant.
        self._takes_now = NOW in order and NOW not in names and dialect.name == "sqlite"
        self._defaults: dict[str, type_of_value] = {
            k: v for k, v in compiled.params.items() if k not in names
        }
        self._row: Callable[[Iterable[Any]], Any] | None = None

    def bind(self, parameters: Mapping[str, type_of_value]) -> Any:
        """The parameters in the form that the driver takes: a tuple for SQLite, a mapping for Postgres."""
        if not self.positional:
            return {**self._defaults, **parameters} if self._defaults else parameters
        values = {**self._defaults, **parameters}
        if self._takes_now:
            values[NOW] = time.time_ns() // 1000
        return self._pick(values)

    def row(self, cursor: Cursor) -> Callable[[Iterable[Any]], Any]:
        """A constructor of rows with named fields, made from the first answer."""
        if self._row is None:
            # Same names, same order, for the life of the process: a statement's columns do not change.
            self._row = namedtuple("Row", [column[0] for column in cursor.description])._make
        return self._row


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, type_of_value]], tuple[Any, ...]]:
    """Takes the values of these names out of a mapping, in their order."""
    if len(names) < 2:
        return lambda values: tuple([values[name] for name in names])
    return itemgetter(*names)


class Statements:
    """The compiled statements of one dialect, shared by all its connections."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._prepared: dict[tuple[Executable, tuple[str, ...]], Prepared] = {}

    def prepare(self, statement: Executable, names: tuple[str, ...]) -> Prepared:
        """The statement, compiled at most once. Two threads may both compile it; either result is right."""
        key = (statement, names)
        prepared = self._prepared.get(key)
        if prepared is None:
            prepared = self._prepared[key] = Prepared(statement, self.dialect, names)
        return prepared


class Tx:
    """One open transaction. A function that receives it never commits, and touches nothing else."""

    __slots__ = ("_cursor", "_statements")

    def __init__(self, cursor: Cursor, statements: Statements) -> None:
        self._cursor = cursor
        self._statements = statements

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`, for the few statements that exist in one of them only."""
        return self._statements.dialect.name

    def run(self, statement: Executable, **parameters: type_of_value) -> int:
        """Run a statement and return how many rows it changed."""
        prepared = self._statements.prepare(statement, tuple(parameters))
        self._cursor.execute(prepared.sql, prepared.bind(parameters))
        return self._cursor.rowcount

    def run_many(self, statement: Executable, rows: Sequence[Mapping[str, type_of_value]]) -> None:
        """Run a statement once for each row of parameters; every row has the same names."""
        if rows:
            prepared = self._statements.prepare(statement, tuple(rows[0]))
            self._cursor.executemany(prepared.sql, [prepared.bind(row) for row in rows])

    def one(self, statement: Executable, **parameters: type_of_value) -> Any:
        """The first row, with its columns as attributes, or None."""
        prepared = self._statements.prepare(statement, tuple(parameters))
        self._cursor.execute(prepared.sql, prepared.bind(parameters))
        row = self._cursor.fetchone()
        if row is None:
            return None
        # SQLite changes the row when it is fetched, and a statement left half-read holds its lock: read to the end.
        self._cursor.fetchall()
        return prepared.row(self._cursor)(row)

    def all(self, statement: Executable, **parameters: type_of_value) -> list[Any]:
        """Every row, with its columns as attributes."""
        prepared = self._statements.prepare(statement, tuple(parameters))
        self._cursor.execute(prepared.sql, prepared.bind(parameters))
        rows = self._cursor.fetchall()
        if not rows:
            return []
        make = prepared.row(self._cursor)
        return [make(row) for row in rows]

    def value(self, statement: Executable, **parameters: type_of_value) -> Any:
        """The first column of the first row, or None."""
        row = self.one(statement, **parameters)
        return None if row is None else row[0]
