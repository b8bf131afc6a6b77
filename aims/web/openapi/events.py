"""The shapes of webhook endpoints, of what is sent to them, and of the log of that."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

_WHEN = {"format": "date-time"}
_Event = Literal["generation.completed", "generation.failed", "generation.cancelled"]


class Webhook(Struct):
    """Where a workspace's events are sent."""

    id: Annotated[str, Meta(description="Its id.", extra_json_schema={"format": "uuid"})]
    url: Annotated[str, Meta(description="The address that the events are posted to.")]
    description: Annotated[str | None, Meta(description="A note of your own.")]
    events: Annotated[list[_Event], Meta(description="The types of event that it hears of.")]
    enabled: Annotated[bool, Meta(description="Whether anything is sent to it.")]
    disabled_at: Annotated[str | None, Meta(description="When it was switched off.")]
    disabled_reason: Annotated[str | None, Meta(description="Why it was switched off.")]
    failing_since: Annotated[str | None, Meta(description="The first failure since anything arrived.")]
    previous_secret_until: Annotated[
        str | None, Meta(description="Until when the secret before a rotation signs too.")
    ]
    created_at: Annotated[str, Meta(description="RFC 3339, in UTC.", extra_json_schema=_WHEN)]
    secret: Annotated[
        str | UnsetType, Meta(description="What signs the events. Only in the answer that made it.")
    ] = UNSET


class WebhookPage(Struct):
    """Every endpoint of a workspace, oldest first."""

    items: Annotated[list[Webhook], Meta(description="The endpoints.")]
    next_cursor: Annotated[str | None, Meta(description="Always null: there are few enough for one page.")]


class EventOutput(Struct):
    """An output that an event is about."""

    id: Annotated[str, Meta(description="Its id.")]
    status: Annotated[Literal["completed", "failed"], Meta(description="What became of it.")]


class EventCredits(Struct):
    """Where the credits of the generation are."""

    held: Annotated[int, Meta(description="Set aside: nothing any more.")]
    charged: Annotated[int, Meta(description="Charged in the end.")]
    refunded: Annotated[int, Meta(description="Given back in the end.")]


class EventData(Struct):
    """What happened, without any text of a person's and without addresses: ask the API for those."""

    id: Annotated[str, Meta(description="The id of the generation.")]
    kind: Annotated[Literal["image", "video"], Meta(description="What it made.")]
    status: Annotated[Literal["completed", "failed", "cancelled"], Meta(description="How it ended.")]
    outputs: Annotated[list[EventOutput], Meta(description="Each output with its outcome.")]
    credits: Annotated[EventCredits, Meta(description="Where its credits are.")]


class Event(Struct):
    """What is posted to an endpoint."""

    type: Annotated[_Event, Meta(description="What kind of thing happened.")]
    timestamp: Annotated[str, Meta(description="When it happened.", extra_json_schema=_WHEN)]
    data: Annotated[EventData, Meta(description="What happened.")]


class Attempt(Struct):
    """One attempt to deliver."""

    number: Annotated[int, Meta(ge=1, description="Its place among the attempts.")]
    started_at: Annotated[str, Meta(description="When it was made.", extra_json_schema=_WHEN)]
    duration: Annotated[float, Meta(ge=0, description="Seconds.")]
    status: Annotated[int | None, Meta(description="What the receiver answered.")]
    response: Annotated[str | None, Meta(description="The beginning of its body, at most 4 KiB.")]
    error: Annotated[str | None, Meta(description="Why there was no answer.")]


class Delivery(Struct):
    """The delivery of an event to an endpoint."""

    id: Annotated[str, Meta(description="Its id.", extra_json_schema={"format": "uuid"})]
    event_id: Annotated[str, Meta(description="The `webhook-id` of every attempt.")]
    event_type: Annotated[str, Meta(description="The type of the event, or `webhook.test`.")]
    state: Annotated[
        Literal["waiting", "sending", "delivered", "exhausted"],
        Meta(description="Where it stands. `exhausted` is given up."),
    ]
    next_attempt_at: Annotated[str | None, Meta(description="When it is tried next, while it waits.")]
    created_at: Annotated[str, Meta(description="RFC 3339, in UTC.", extra_json_schema=_WHEN)]
    finished_at: Annotated[str | None, Meta(description="When it came to its end.")]
    payload: Annotated[dict[str, Any], Meta(description="What is sent, as in `Event`.")]
    attempts: Annotated[list[Attempt], Meta(description="Every attempt, in order.")]


class DeliveryPage(Struct):
    """Deliveries to an endpoint, newest first."""

    items: Annotated[list[Delivery], Meta(description="The deliveries.")]
    next_cursor: Annotated[str | None, Meta(description="Where the next page begins; null at the end.")]
