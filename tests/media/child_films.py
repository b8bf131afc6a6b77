"""What a child is made to do with a film in test_decode_films.py. Imported inside the child only."""

import os
import sys
import time


def hold(_film: bytes) -> bytes:
    """Say through the pipe that the film is here, and never answer."""
    pipe = next(path for each in sys.path if os.path.exists(path := os.path.join(each, "begun")))
    with open(pipe, "wb", buffering=0) as begun:
        begun.write(str(os.getpid()).encode())
    return sleep(_film)


def sleep(_film: bytes) -> bytes:
    """Never answer."""
    time.sleep(3600)
    return b""


def crash(_film: bytes) -> bytes:
    """End as a decoder does that writes where it must not."""
    os.abort()


def lie(_film: bytes) -> bytes:
    """Answer with something that is no parcel."""
    return b"a film, truly"
