"""A provider's own list of what it billed, as a file, read line by line.

A CSV file with a first line of names. `request_id` is needed; `units` (a decimal number), `cost_usd` (US dollars) and
`time` (RFC 3339, or seconds since 1970) are looked at where they are there; other columns are not. Several lines of one
request are added up. The form is ours: rename the columns of a provider's export to these.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from aims.core.clock import SECOND
from aims.core.errors import Invalid

NAMES = ("request_id", "units", "cost_usd", "time")
MOST = 5_000_000
LARGEST_NUMBER = Decimal(10) ** 12
LARGEST_FIELD = 10_000


@dataclass(slots=True)
class Billed:
    """What one request was billed. cost_usd_micros: millionths of a dollar; time: microseconds since 1970.

    lines: how many the file has of it.
    """

    request_id: str
    units: Decimal | None = None
    cost_usd_micros: int | None = None
    time: int | None = None
    lines: int = 1

    def add(self, other: "Billed") -> None:
        """Take another line of the same request in."""
        self.lines += other.lines
        if other.units is not None:
            self.units = (self.units or Decimal(0)) + other.units
        if other.cost_usd_micros is not None:
            self.cost_usd_micros = (self.cost_usd_micros or 0) + other.cost_usd_micros
        self.time = self.time if other.time is None else min(self.time or other.time, other.time)


def read(text: Iterable[str]) -> dict[str, Billed]:
    """The requests in a file, by their id.

    Raises Invalid, naming the line.
    """
    found: dict[str, Billed] = {}
    for each in _lines(text):
        known = found.get(each.request_id)
        if known is None:
            found[each.request_id] = each
        else:
            known.add(each)
    return found


def _lines(text: Iterable[str]) -> Iterator[Billed]:
    csv.field_size_limit(LARGEST_FIELD)
    rows = csv.reader(text, strict=True)
    try:
        names = [name.strip().lower().removeprefix("\ufeff") for name in next(rows, [])]
        if names.count("request_id") != 1:
            raise Invalid(
                f"The file's first line has to name its columns, `request_id` among them ({', '.join(NAMES)})."
            )
        for values in rows:
            if rows.line_num > MOST:
                raise Invalid(f"The file has more than {MOST} lines. Compare a shorter time.")
            if any(value.strip() for value in values):
                yield _line(
                    dict(zip(names, (value.strip() for value in values), strict=False)), rows.line_num
                )
    except (csv.Error, UnicodeDecodeError) as error:
        raise Invalid(f"The file is not CSV in UTF-8: {error}.") from None


def _line(said: dict[str, str], number: int) -> Billed:
    request_id = said.get("request_id", "")
    if not request_id:
        raise Invalid(f"Line {number} has no request_id.")
    cost = _number(said.get("cost_usd", ""), "cost_usd", number)
    return Billed(
        request_id,
        _number(said.get("units", ""), "units", number),
        None if cost is None else int((cost * 1_000_000).to_integral_value()),
        _moment(said.get("time", ""), number),
    )


def _number(text: str, name: str, line: int) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > LARGEST_NUMBER:
        raise Invalid(f"Line {line} has `{name}` that is not a decimal number.")
    return value


def _moment(text: str, line: int) -> int | None:
    if not text:
        return None
    try:
        if text.replace(".", "", 1).isdecimal():
            return int(Decimal(text) * SECOND)
        moment = datetime.fromisoformat(text)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * SECOND)
    except (ValueError, OverflowError):
        raise Invalid(f"Line {line} has a `time` that is not RFC 3339, nor seconds since 1970.") from None
