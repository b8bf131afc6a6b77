"""Read a JSON body, and say in a sentence what is wrong with it."""

import msgspec

from aims.core.errors import Invalid, TooLarge
from aims.web.desk import AnyRequest

LONGEST = 1 << 20
_decoder = msgspec.json.Decoder()


async def all_of(request: AnyRequest, most: int = LONGEST) -> bytes:
    """The bytes of a body. Reading stops as soon as there are more than `most`.

    Raises TooLarge, or Invalid when the caller went away in the middle.
    """
    parts: list[bytes] = []
    left = most
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise Invalid("The body did not arrive whole.", code="invalid_json")
        part = message.get("body", b"")
        left -= len(part)
        if left < 0:
            size = f"{most >> 20} MiB" if most >> 20 else f"{most >> 10} KiB"
            raise TooLarge(f"The body is larger than the {size} that are accepted here.")
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def json_object(request: AnyRequest) -> dict[str, object]:
    """The request's body as a JSON object.

    Raises Invalid for anything else, TooLarge.
    """
    return as_object(await all_of(request))


def as_object(raw: bytes) -> dict[str, object]:
    """The JSON object that these bytes are.

    Raises Invalid for anything else.
    """
    if not raw.strip():
        raise Invalid("The body is empty. Send a JSON object.", code="invalid_json")
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The body is not valid JSON: {str(error)[:200]}.", code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid('The body must be a JSON object, such as {"prompt": "..."}.', code="invalid_json")
    return body
