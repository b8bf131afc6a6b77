"""Bodies as OpenAI's clients send them: JSON, or a form with files in which every value is text."""

import re
from dataclasses import dataclass, field

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from aims.core.errors import Invalid, TooLarge
from aims.media.uploads import LARGEST, too_large
from aims.web.api.bodies import as_object
from aims.web.desk import AnyRequest

LARGEST_FORM = 64 * 1024 * 1024
"""All pictures of one request together; they stay in memory."""
LARGEST_TEXT = 256 * 1024
MOST_PARTS = 64
_WORDS = frozenset({"prompt", "model", "size", "negative_prompt", "style_slug", "resolution"})
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,9}\.[0-9]{1,9}", re.ASCII)
_INDEXED = re.compile(r"\[\d{0,3}\]$")


@dataclass(slots=True)
class Form:
    """What was sent. files: by the part's name without `[]`, in the order in which they came."""

    fields: dict[str, object] = field(default_factory=dict)
    files: dict[str, list[bytes]] = field(default_factory=dict)


async def read(request: AnyRequest) -> Form:
    """The body of a request, whichever of the two it is.

    Raises Invalid, TooLarge.
    """
    kind, options = request.content_type
    if kind == "multipart/form-data":
        return await _parts(request, options.get("boundary", ""))
    return Form(as_object(await _whole(request)))


async def _whole(request: AnyRequest) -> bytes:
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > LARGEST_FORM:
            raise _too_much()
    return bytes(found)


async def _parts(request: AnyRequest, boundary: str) -> Form:
    form, part, size = Form(), bytearray(), 0
    segment: MultipartSegment | None = None
    try:
        parser = PushMultipartParser(boundary, max_segment_count=MOST_PARTS)
        # The last piece is empty: that is how the parser hears of the end, and says whether it came too soon.
        async for piece in request.stream():
            size += len(piece)
            if size > LARGEST_FORM:
                raise _too_much()
            for event in parser.parse(piece):
                if isinstance(event, MultipartSegment):
                    segment, part = event, bytearray()
                elif event is None:
                    if segment is not None:
                        _take(form, segment, bytes(part))
                    segment = None
                else:
                    part += event
                    if len(part) > LARGEST:
                        raise too_large()
    except MultipartError as error:
        raise Invalid(f"The form cannot be read: {error}.", code="invalid_multipart") from None
    return form


def _take(form: Form, segment: MultipartSegment, data: bytes) -> None:
    name = _INDEXED.sub("", segment.name)
    if segment.filename is not None:
        form.files.setdefault(name, []).append(data)
        return
    if len(data) > LARGEST_TEXT:
        raise TooLarge(f"`{name[:60]}` is larger than a text may be here.")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise Invalid.field(name[:60], f"`{name[:60]}` is not UTF-8 text.") from None
    form.fields[name] = text if name in _WORDS else value_of(text)


def value_of(text: str) -> object:
    """What a text in a form stands for: a number or a yes or no, if it looks like one."""
    if text in ("true", "false"):
        return text == "true"
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _too_much() -> TooLarge:
    return TooLarge(f"The body is larger than the {LARGEST_FORM >> 20} MiB that are accepted here.")
