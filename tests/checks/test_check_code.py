"""What the checks of Python code refuse, and what they leave alone."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checks import caught, dangerous, exceptions, names, one_provider, outbound, size, statements, testing
from checks.finding import Finding

Plant = Callable[[Mapping[str, str]], Path]


def lines(findings: list[Finding]) -> list[int]:
    return sorted(finding.line for finding in findings)


@pytest.mark.parametrize(
    "code",
    [
        'tx.execute("select " + name)',
        'tx.execute("select %s" % name)',
        'tx.execute("select {}".format(name))',
        'tx.executemany(f"insert into {name}", rows)',
        'text(f"select {name}")',
        'sa.text("select " + name)',
        'sqlalchemy.DDL("drop table " + name)',
        'sql = f"select {name}"; tx.execute(sql)',
        'op.execute(f"alter table {name}")',
        'tx.execute(" ".join(parts))',
    ],
)
def test_built_sql_is_found(code: str, plant: Plant) -> None:
    assert lines(statements.check(plant({"aims/a.py": code}))) == [1]


@pytest.mark.parametrize(
    "code",
    [
        'tx.execute("select 1")',
        "tx.execute(FIND, {'id': id})",
        'tx.execute(f"select 1")',
        'draw.text(f"{name}")',
        "text(FIND)",
        "run(f'{name}')",
    ],
)
def test_constant_sql_passes(code: str, plant: Plant) -> None:
    assert statements.check(plant({"aims/a.py": code})) == []


@pytest.mark.parametrize(
    "code",
    [
        "exec(code)",
        "import pickle",
        "from marshal import loads",
        "run(command, shell=True)",
        "yaml.load(text)",
        "np.load(file, allow_pickle=True)",
        "os.system('ls')",
    ],
)
def test_code_from_data_is_found(code: str, plant: Plant) -> None:
    assert lines(dangerous.execution(plant({"aims/a.py": code}))) == [1]


@pytest.mark.parametrize("code", ["db.exec(statement)", "yaml.safe_load(text)", "run(command, shell=False)"])
def test_what_only_looks_like_it_passes(code: str, plant: Plant) -> None:
    assert dangerous.execution(plant({"aims/a.py": code})) == []


def test_the_pixel_limit_may_be_a_number(plant: Plant) -> None:
    code = "Image.MAX_IMAGE_PIXELS = 50_000_000\nPIL.Image.MAX_IMAGE_PIXELS = None\n"
    assert lines(dangerous.pixel_limit(plant({"tests/test_a.py": code}))) == [2]


@pytest.mark.parametrize(
    "code",
    [
        "import aiohttp",
        "from aiohttp.client import ClientSession",
        "from urllib import request",
        "import httpx2",
        "asyncio.open_connection(host, 80)",
        "socket.create_connection((host, 80))",
    ],
)
def test_an_http_client_is_found_outside_its_doors(code: str, plant: Plant) -> None:
    files = {
        "aims/media/a.py": code,
        "aims/core/fetch/wire.py": code,
        "aims/client/a.py": code,
        "aims/cli/a.py": code,
    }
    assert [finding.path for finding in outbound.check(plant(files))] == ["aims/media/a.py"]


def test_parsing_an_address_is_not_a_request(plant: Plant) -> None:
    assert (
        outbound.check(plant({"aims/media/a.py": "from urllib.parse import urlsplit\nimport http\n"})) == []
    )


CATCHES = {
    "except Exception:\n    pass": True,
    "except:\n    pass": True,
    "except (ValueError, BaseException):\n    pass": True,
    "except Exception:\n    close()\n    raise": False,
    "except Exception as error:\n    raise Broken() from error": False,
    "except ValueError:\n    pass": False,
}


@pytest.mark.parametrize(("handler", "found"), CATCHES.items())
def test_catching_everything_is_found_unless_it_is_raised_again(
    handler: str, found: bool, plant: Plant
) -> None:
    assert bool(caught.check(plant({"aims/a.py": f"try:\n    run()\n{handler}\n"}))) is found


def test_suppressing_everything_is_found(plant: Plant) -> None:
    code = "with contextlib.suppress(Exception):\n    run()\nwith suppress(KeyError):\n    run()\n"
    assert lines(caught.check(plant({"aims/a.py": code}))) == [1]


LOOP = """class Worker:
    def loop(self):
        try:
            run()
        except Exception:
            pass
"""


def test_an_exception_covers_the_place_it_names_and_no_other(plant: Plant) -> None:
    listed = "catch aims/worker.py:Worker.loop the loop must live\n"
    root = plant({"aims/worker.py": LOOP, "aims/other.py": LOOP, "checks/exceptions.txt": listed})
    assert [finding.path for finding in caught.check(root)] == ["aims/other.py"]


def test_an_exception_that_nobody_needs_is_found(plant: Plant) -> None:
    root = plant({"checks/exceptions.txt": "# why\ncatch aims/worker.py:Worker.loop the loop must live\n"})
    assert [(finding.path, finding.line) for finding in caught.check(root)] == [("checks/exceptions.txt", 2)]


def test_an_exception_without_a_reason_counts_for_nothing(plant: Plant) -> None:
    root = plant({"aims/worker.py": LOOP, "checks/exceptions.txt": "catch aims/worker.py:Worker.loop\n"})
    assert lines(caught.check(root)) == [5]
    assert "reason is missing" in exceptions.check(root)[0].sentence


def test_sizes_stop_at_the_line(plant: Plant) -> None:
    function = "def long():\n" + "    run()\n" * 59
    root = plant(
        {"aims/a.py": "run()\n" * 400, "aims/b.py": function, "tests/test_a.py": function + "    run()\n"}
    )
    assert size.file_lines(root) == []
    assert size.function_lines(root) == []


@pytest.mark.parametrize(
    "path", ["aims/core/helpers/a.py", "aims/web/templates/base.html", "aims/a/_common.py"]
)
def test_names_of_drawers_are_found(path: str, plant: Plant) -> None:
    assert [finding.path for finding in names.check(plant({path: ""}))] == [path]


def test_names_outside_the_product_and_longer_names_pass(plant: Plant) -> None:
    assert (
        names.check(plant({"tests/common.py": "", "aims/core/database.py": "", "aims/web/baseline.py": ""}))
        == []
    )


def test_a_provider_is_named_in_its_own_place_only(plant: Plant) -> None:
    files = {
        "aims/providers/comfyui/__init__.py": "",
        "aims/providers/comfyui/graph.py": "# ComfyUI",
        "aims/providers/sandbox/scene.py": "",
        "aims/cli/a.py": "# the sandbox falls\n# Fal.\nfal_key = 1\n",
        "aims/media/a.py": "# ComfyUI",
        "aims/catalog/models/a.toml": 'provider = "fal"',
    }
    found = [(finding.path, finding.line) for finding in one_provider.check(plant(files))]
    assert found == [("aims/cli/a.py", 2), ("aims/cli/a.py", 3), ("aims/media/a.py", 1)]


def test_the_id_of_a_model_may_begin_with_the_name_of_a_provider(plant: Plant) -> None:
    files = {
        "aims/catalog/models/fal/fast.toml": 'id = "fal/fast"\n',
        "aims/core/settings.py": 'MODEL = "fal/fast"\nOTHER = "fal/slow"\n',
    }
    assert [(finding.path, finding.line) for finding in one_provider.check(plant(files))] == [
        ("aims/core/settings.py", 2)
    ]


def test_the_openai_compatible_face_is_not_the_provider(plant: Plant) -> None:
    files = {
        "aims/providers/openai.py": "",
        "aims/web/openai/images.py": "# as OpenAI answers",
        "aims/web/app.py": "from aims.web import api, openai\nfrom aims.web.openai import routes\n",
        "aims/web/openapi/compatible.py": "# in OpenAI's words",
        "aims/generation/a.py": "# OpenAI",
    }
    assert [finding.path for finding in one_provider.check(plant(files))] == ["aims/generation/a.py"]


def test_the_second_door_of_a_provider_may_name_the_first_and_not_the_other_way_round(plant: Plant) -> None:
    files = {
        "aims/providers/google/adapter.py": "# as Vertex does",
        "aims/providers/vertex/adapter.py": "from aims.providers.google import errors",
        "aims/providers/fal.py": "# as Google does",
    }
    found = [finding.path for finding in one_provider.check(plant(files))]
    assert sorted(found) == ["aims/providers/fal.py", "aims/providers/google/adapter.py"]


def test_sleeps_are_found_by_every_name(plant: Plant) -> None:
    code = (
        "import asyncio\nfrom time import sleep\nsleep(1)\nawait_ = asyncio.sleep(delay=0.5)\n"
        "sleep(0.05)\nsleep(pause)\nasyncio.sleep(0)\nsleep(3600)\n"
    )
    assert lines(testing.sleeps(plant({"tests/test_a.py": code}))) == [3, 4]


@pytest.mark.parametrize("code", ["pytest.mark.skipif(True)", "pytest.importorskip('x')", "pytest.mark.skip"])
def test_skips_are_found_outside_the_one_place(code: str, plant: Plant) -> None:
    files = {"tests/a/test_a.py": code, "tests/conftest.py": code, "tests/machine.py": code}
    assert [finding.path for finding in testing.skips(plant(files))] == ["tests/a/test_a.py"]
