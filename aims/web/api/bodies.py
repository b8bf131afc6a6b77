"""Read a JSON body, and say in a sentence what is wrong with it."""

import msgspec

from aims.core.errors import Invalid
from aims.web.desk import AnyRequest

LONGEST = 1 << 20
_decoder = msgspec.json.Decoder()


async def json_object(request: AnyRequest) -> dict[str, object]:
    """The request's body as a JSON object.

    Raises Invalid for anything else.
    """
    raw = await request.body()
    if not raw.strip():
        raise Invalid("The body is empty. Send a JSON object.", code="invalid_json")
    try:
        body = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The body is not valid JSON: {str(error)[:200]}.", code="invalid_json") from None
    if not isinstance(body, dict):
        raise Invalid('The body must be a JSON object, such as {"prompt": "..."}.', code="invalid_json")
    return body
