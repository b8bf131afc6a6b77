"""The shapes of what is told about credits and usage."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

_DAY = {"format": "date"}


class Entry(Struct):
    """One line of the ledger. Credits are below zero when they leave."""

    id: Annotated[str, Meta(description="Its id.")]
    created_at: Annotated[
        str, Meta(description="RFC 3339, in UTC.", extra_json_schema={"format": "date-time"})
    ]
    kind: Annotated[
        Literal["grant", "hold", "capture", "release", "refund", "expire"],
        Meta(description="What happened. `capture` charges what was held, `release` gives it back."),
    ]
    amount: Annotated[int, Meta(description="Whole credits.")]
    available_change: Annotated[int, Meta(description="What the credits that can be spent moved by.")]
    held_change: Annotated[int, Meta(description="What the credits that are set aside moved by.")]
    cause: Annotated[str, Meta(description="Why, in a few words.")]
    generation_id: Annotated[str | None, Meta(description="The generation that it is about.")]
    key: Annotated[str | None, Meta(description="The id of the key that asked for it.")]
    sandbox: Annotated[bool, Meta(description="Whether it paid for a drawing of the sandbox.")]


class Credits(Struct):
    """What a workspace can spend, and a page of how it came to that, newest first."""

    available: Annotated[int, Meta(description="Credits that can be spent.")]
    held: Annotated[int, Meta(ge=0, description="Credits that are set aside for unfinished work.")]
    items: Annotated[list[Entry], Meta(description="Lines of the ledger.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null at the end.")]


class UsageCounts(Struct):
    """What was made, and what it cost."""

    generations: Annotated[int, Meta(ge=0, description="Generations that ended.")]
    outputs_completed: Annotated[int, Meta(ge=0, description="Pictures and films that were made.")]
    outputs_failed: Annotated[int, Meta(ge=0, description="Pictures and films that were not.")]
    credits_charged: Annotated[int, Meta(ge=0, description="What was charged.")]
    credits_refunded: Annotated[int, Meta(ge=0, description="What was given back afterwards.")]


class UsageGroup(UsageCounts, kw_only=True):
    """What was made in one group. It has the fields that the report was grouped by."""

    day: Annotated[str | UnsetType, Meta(description="A day in UTC.", extra_json_schema=_DAY)] = UNSET
    model: Annotated[str | UnsetType, Meta(description="The model.")] = UNSET
    key: Annotated[str | UnsetType, Meta(description="The id of the key; empty without a key.")] = UNSET
    key_name: Annotated[str | UnsetType | None, Meta(description="The name of the key.")] = UNSET
    member: Annotated[
        str | UnsetType,
        Meta(description="Whose key it was: `user:` and an id, or `operator` for a key that is nobody's."),
    ] = UNSET
    member_name: Annotated[
        str | UnsetType | None, Meta(description="The name of the person; null where it is nobody.")
    ] = UNSET


class Usage(Struct, rename={"from_": "from"}):
    """What a workspace used, in groups."""

    from_: Annotated[str, Meta(description="The first day.", extra_json_schema=_DAY)]
    to: Annotated[str, Meta(description="The last day, which is counted.", extra_json_schema=_DAY)]
    group_by: Annotated[
        list[Literal["day", "model", "key", "member"]], Meta(description="What the groups are told apart by.")
    ]
    items: Annotated[list[UsageGroup], Meta(description="The groups, the newest day first.")]
    totals: Annotated[UsageCounts, Meta(description="All of it together, whatever page this is.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null at the end.")]
