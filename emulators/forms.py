"""Forms of the kind `multipart/form-data`, as a provider reads them."""

from dataclasses import dataclass
from email.parser import HeaderParser


@dataclass(frozen=True, slots=True)
class File:
    """One file of a form, under the name of its field."""

    field: str
    filename: str
    content_type: str
    data: bytes


def read(content_type: str, data: bytes) -> tuple[list[tuple[str, str]], list[File]]:
    """The fields and the files of a form, each in the order they came."""
    boundary = HeaderParser().parsestr(f"Content-Type: {content_type}\r\n\r\n").get_boundary()
    fields, files = [], []
    for piece in (b"\r\n" + data).split(f"\r\n--{boundary}".encode())[1:-1]:
        head, _, payload = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        part = HeaderParser().parsestr(head.decode())
        name = str(part.get_param("name", header="content-disposition"))
        filename = part.get_filename()
        if filename is None:
            fields.append((name, payload.decode()))
        else:
            files.append(File(name, filename, part.get_content_type(), payload))
    return fields, files
