"""Operations on webhook endpoints, and what is posted to them."""

from dataclasses import replace

from aims.generation import EVENTS
from aims.webhooks import addresses, endpoints

from .operations import Answer, Json, Operation, json_of, link, ref

TAG = "Webhooks"
SCOPE = "webhooks:write"

_EVENTS: Json = {
    "type": "array",
    "items": {"enum": list(EVENTS)},
    "minItems": 1,
}
_FIELDS: dict[str, Json] = {
    "url": {
        "type": "string",
        "minLength": 1,
        "maxLength": addresses.LONGEST,
        "pattern": "^https?://",
        "description": "Where to post the events: a public address with port 80 or 443.",
    },
    "events": {**_EVENTS, "description": "The types of event to hear of; all of them unless it is said."},
    "description": {
        "type": ["string", "null"],
        "maxLength": endpoints.LONGEST_DESCRIPTION,
        "description": "A note of your own.",
    },
}
_ENABLED: Json = {"type": "boolean", "description": "Whether anything is sent to it."}

REQUESTS: dict[str, Json] = {
    "WebhookRequest": {
        "type": "object",
        "description": "Where to send events.",
        "required": ["url"],
        "properties": _FIELDS,
        "additionalProperties": False,
    },
    "WebhookChangeRequest": {
        "type": "object",
        "description": "What to change; everything else stays.",
        "properties": {**_FIELDS, "enabled": _ENABLED},
        "additionalProperties": False,
    },
}

_SIGNED = (
    "Signed as in Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and `webhook-signature`. "
    "Answer 2xx within 20 seconds. Anything else is tried again, ten times in 75 hours; "
    "a 410 switches the endpoint off."
)


def _links(**more: str) -> dict[str, Json]:
    targets = {"Show": "showWebhook", "Change": "changeWebhook", "Test": "testWebhook", **more}
    return {
        name: link(target, "The same endpoint.", webhook_id="$response.body#/id")
        for name, target in targets.items()
    }


_REPLAY = link(
    "replayDelivery",
    "Send it again.",
    webhook_id="$request.path.webhook_id",
    delivery_id="$response.body#/id",
)
_MADE = Answer(says="The endpoint.", content=json_of("Webhook"))


def _one(method: str, end: str, name: str, summary: str, says: str, answers: dict[int, Answer]) -> Operation:
    return Operation(
        method=method,
        path=f"/api/v1/webhooks/{{webhook_id}}{end}",
        name=name,
        tag=TAG,
        summary=summary,
        says=says,
        access=SCOPE,
        parameters=("webhook_id",),
        answers=answers,
        errors=(404,),
    )


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/webhooks",
        name="createWebhook",
        tag=TAG,
        summary="Add an endpoint",
        says="The answer has the secret that signs its events. It is not shown again. "
        f"A workspace has {endpoints.MOST} at most.",
        access=SCOPE,
        body=json_of("WebhookRequest"),
        answers={
            201: replace(
                _MADE,
                links=_links(Rotate="rotateWebhook", Deliveries="listDeliveries", Delete="deleteWebhook"),
            )
        },
        errors=(409,),
    ),
    Operation(
        method="GET",
        path="/api/v1/webhooks",
        name="listWebhooks",
        tag=TAG,
        summary="The endpoints",
        says="Every endpoint of the workspace, oldest first.",
        access=SCOPE,
        answers={200: Answer(says="The endpoints.", content=json_of("WebhookPage"))},
    ),
    _one("GET", "", "showWebhook", "Look at an endpoint", "The endpoint, without its secret.", {200: _MADE}),
    replace(
        _one(
            "PATCH",
            "",
            "changeWebhook",
            "Change an endpoint",
            "Changes what the body names. What waited while it was switched off is sent once it is on again.",
            {200: _MADE},
        ),
        body=json_of("WebhookChangeRequest"),
    ),
    _one(
        "DELETE",
        "",
        "deleteWebhook",
        "Delete an endpoint",
        "Takes it away, with what waits for it and its log.",
        {204: Answer(says="It is gone.")},
    ),
    _one(
        "POST",
        "/rotate",
        "rotateWebhook",
        "Give it a new secret",
        "The answer has the new secret. The one before signs too for 24 hours.",
        {200: _MADE},
    ),
    replace(
        _one(
            "POST",
            "/test",
            "testWebhook",
            "Send a test",
            "Sends a `webhook.test` to the endpoint, whatever events it hears of.",
            {202: Answer(says="The delivery.", content=json_of("Delivery"), links={"Replay": _REPLAY})},
        ),
        errors=(404, 409),
    ),
    replace(
        _one(
            "GET",
            "/deliveries",
            "listDeliveries",
            "The log of deliveries",
            "What was sent to the endpoint, newest first, with every attempt.",
            {200: Answer(says="A page of the log.", content=json_of("DeliveryPage"))},
        ),
        parameters=("webhook_id", "limit", "cursor"),
    ),
    replace(
        _one(
            "POST",
            "/deliveries/{delivery_id}/replay",
            "replayDelivery",
            "Send it again",
            "Sends a delivery again, with the same id. One that is being sent at this moment is left alone.",
            {202: Answer(says="The delivery.", content=json_of("Delivery"))},
        ),
        parameters=("webhook_id", "delivery_id"),
        errors=(404, 409),
    ),
)


def webhooks() -> dict[str, Json]:
    """What the studio posts to endpoints, as the document has it."""
    body = {"required": True, "content": {"application/json": {"schema": ref("Event")}}}
    return {
        name: {
            "post": {
                "summary": f"A generation {name.partition('.')[2]}",
                "description": _SIGNED,
                "tags": [TAG],
                "security": [],
                "requestBody": body,
                "responses": {"2XX": {"description": "It was taken."}},
            }
        }
        for name in EVENTS
    }
