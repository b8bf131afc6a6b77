"""What a child sends home is looked at before it is believed."""

import pytest

from aims.media import parcel


def test_a_parcel_that_is_none_is_not_opened() -> None:
    whole = parcel.pack({"a": 1}, b"one", b"", b"three")
    assert parcel.unpack(whole) == ({"a": 1}, [b"one", b"", b"three"])
    for wrong in (b"", b"\0\0", whole[:-1], whole + b"x", b"\xff\xff\xff\xff{}", b"\0\0\0\2[]"):
        with pytest.raises(ValueError):
            parcel.unpack(wrong)
