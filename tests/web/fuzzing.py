"""Requests out of the API's own document, as nobody would write them, and what is asked of every answer.

Nothing that is accepted is drawn: the sandbox is told to take its time, so that the studio answers and does no work.
"""

import copy
import io
from functools import cache
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, reject, settings
from PIL import Image
from schemathesis import Case, Response
from schemathesis.schemas import BaseSchema
from serving import PATIENCE, Person

from aims.catalog.fields import PROMPT_MOST
from aims.web.openapi import document

SEED = 20_260_502
"""The same requests in every run. `print_blob` of a failure says how to make one again."""

LONG = " [sandbox: delay=600s]"
REFUSED = " [sandbox: error=refused]"
WAITS = "respond-async"

# Whether these values fit together is the model's, the file's or the list's business, and told in words: a request can
# be what its schema says and still be refused.
SEMANTIC = {
    "generateImages", "generateVideo", "estimateImages", "estimateVideo", "uploadPicture", "showUsage", "showCredits",
    "createWebhook", "changeWebhook", "listDeliveries", "listMedia", "listGenerations",
    "callTools", "readFile", "readFileHead",
    "compatibleGenerateImages", "compatibleEditImages", "compatibleCreateVideo", "compatibleListVideos",
    "sharedFile", "sharedFileHead", "sharedThumbnail", "sharedThumbnailHead", "readStatic", "readPreview",
}  # fmt: skip
REFUSALS = ["2xx", "3xx", 400, 401, 402, 403, 404, 409, 413, 415, 416, 422]


def strict(tags: tuple[str, ...]) -> dict[str, Any]:
    """The document with every object closed: an answer may have no field that it does not tell of.

    tags: whose operations are in it; all, if there are none.
    """
    closed = copy.deepcopy(document("http://127.0.0.1"))
    for path, methods in closed["paths"].items():
        kept = {method: told for method, told in methods.items() if not tags or told["tags"][0] in tags}
        closed["paths"][path] = kept
    for schema in closed["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", schema.get("required") == ["prompt"])
    return closed


@cache
def schema(examples: int, *tags: str) -> BaseSchema:
    """What schemathesis makes of the document. examples: how many requests of each operation are thought up freely."""
    told = strict(tags)
    names = {each["operationId"] for methods in told["paths"].values() for each in methods.values()}
    config = {
        "seed": SEED,
        # A busy machine may take its time.
        "request-timeout": PATIENCE,
        "generation": {
            "max-examples": examples,
            "deterministic": True,
            # Keys are tried where rights are; here everybody has one.
            "with-security-parameters": False,
        },
        "phases": {"stateful": {"inference": {"algorithms": []}, "generation": {"mode": "positive"}}},
        "operations": [
            {
                "include-operation-id": sorted(SEMANTIC & names),
                "checks": {"positive_data_acceptance": {"expected-statuses": REFUSALS}},
            }
        ],
    }
    return schemathesis.openapi.from_dict(told, config=schemathesis.Config.from_dict(config))


def thorough(examples: int, steps: int = 8) -> settings:
    """How Hypothesis goes about it: the same in each run, and never in a hurry."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def waits(case: Case) -> bool:
    """Whether this is answered only when it is finished, whatever it says."""
    return case.method == "POST" and case.path.startswith("/v1/images/")


def tame(case: Case) -> None:
    """Keep an accepted request from being drawn or waited for, whatever else is in it.

    Puts aside what a schema cannot say: blanks around a prompt do not count towards its length.
    """
    prompt = case.body.get("prompt") if isinstance(case.body, dict) else None
    prompt = prompt if isinstance(prompt, str) else ""
    if len(prompt) > PROMPT_MOST >= len(prompt.strip()):
        reject()
    if waits(case) and prompt.strip():
        # Cut short, so that there is always room to have it refused.
        cut = prompt[: PROMPT_MOST - len(REFUSED)] if len(prompt) <= PROMPT_MOST else prompt
        case.body["prompt"] = cut + REFUSED
    elif case.method == "POST" and case.path.endswith(("/generate", "/v1/videos")):
        case.headers["Prefer"] = WAITS
        if prompt.strip() and len(prompt) <= PROMPT_MOST - len(LONG):
            case.body["prompt"] = prompt + LONG


def ask(case: Case, person: Person) -> Response:
    """Send it as this person, and hold the answer to the document with every check that there is."""
    tame(case)
    answer = case.call(base_url=person.served.base, headers=person.bearer)
    case.validate_response(answer, headers=person.bearer)
    assert answer.headers["x-request-id"]
    return answer


@cache
def picture() -> bytes:
    """A small picture to upload."""
    data = io.BytesIO()
    Image.new("RGB", (32, 24), "teal").save(data, "PNG")
    return data.getvalue()
