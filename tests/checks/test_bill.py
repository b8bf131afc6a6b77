"""The bill of materials names every pinned package and every library inside of them, in a format that scanners read."""

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from aims.media import codecs
from checks import bill


def test_the_bill_is_valid_and_complete():
    lock = (bill.ROOT / bill.LOCK).read_text(encoding="utf-8")

    text = bill.bill(lock)

    listed = {each["name"]: each for each in json.loads(text)["components"]}
    assert {"pillow", "pillow-heif", "av", "litestar", "sqlalchemy"} <= set(listed)
    assert set(codecs.FLOORS) <= set(listed)
    assert all(listed[name]["hashes"] for name in ("pillow", "av"))
    assert listed["pillow"]["purl"].startswith("pkg:pypi/pillow@")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_each_requirement_of_the_lock_is_one_component():
    lock = "a-b==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\nc[x]==2 ; python_version < '3'\n# nothing\n"

    found = [(each.name, each.version, len(each.hashes)) for each in bill.packages(lock)]

    assert found == [("a-b", "1.0", 1), ("c", "2", 0)]
