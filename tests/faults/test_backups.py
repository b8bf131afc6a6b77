"""REC-01: a backup that was taken under load is a working studio, and buys nothing that was bought already."""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import machine
import pytest
from asking import TERMINAL, Caller, accepted, calling, check_books, check_files, picture
from bought import KEY, Emulator, emulator
from server import Ended, Instance, until

NewInstance = Callable[..., Instance]
START = 100_000
SLOW_MS = 5000
__all__ = ["emulator"]


class Load:
    """People who keep asking, and keep deleting for good, until they are told to stop."""

    def __init__(self, kept: str) -> None:
        self.asked = 0
        self._kept = kept
        self._over = asyncio.Event()

    async def run(self, alice: Caller) -> None:
        await asyncio.gather(self._ask(alice), self._ask(alice), self._throw_away(alice))

    def stop(self) -> None:
        self._over.set()

    async def _ask(self, alice: Caller) -> None:
        while not self._over.is_set():
            accepted(await alice.ask(picture("delay=400ms")))
            self.asked += 1
            await asyncio.sleep(0.05)

    async def _throw_away(self, alice: Caller) -> None:
        while not self._over.is_set():
            page = (await alice.client.get("/api/v1/media?limit=5")).json()
            for each in page["items"]:
                for query in ("", "?permanent=true") if each["id"] != self._kept else ():
                    await alice.client.delete(f"/api/v1/media/{each['id']}{query}")
            await asyncio.sleep(0.05)


async def taken(instance: Instance, target: Path, *options: str, **more: str) -> dict[str, Any]:
    """Take a backup. Returns what the command said."""
    return (await instance.command("backup", str(target), *options, "--json", **more)).json


def is_whole(instance: Instance) -> None:
    """Each asset has its file, and the file is what the row says."""
    rows = instance.rows("SELECT storage_key, sha256 FROM assets")
    assert rows, "nothing was made before the backup"
    for key, sha256 in rows:
        assert hashlib.sha256((instance.media / key).read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize(
    ("backend", "name"), [("sqlite", "monday"), ("sqlite", "monday.tar"), ("postgres", "monday")]
)
async def test_a_backup_taken_under_load_is_a_working_studio(
    new_instance: NewInstance, new_location: Callable[[str], Any], tmp_path: Path, backend: str, name: str
) -> None:
    settings = {"AIMS_STARTING_CREDITS": str(START), "AIMS_WORKSPACE_CONCURRENCY": "4"}
    original = new_instance(backend, **settings)
    await original.init()
    key = await original.new_key()
    server = await original.serve()
    async with calling(server, key) as alice:
        first = await alice.finished(accepted(await alice.ask(picture())))
        load = Load(first["outputs"][0]["id"])
        loading = asyncio.create_task(load.run(alice))
        await until(lambda: load.asked > 10, "there is load")
        said = await taken(original, tmp_path / name, "--with-secret")
        load.stop()
        await loading
    await server.kill()
    assert (said["missing"], said["damaged"]) == ([], [])
    assert said["unfinished"] > 0

    copy = await restored(new_instance, backend, tmp_path / name, **settings)
    is_whole(copy)
    assert (await copy.command("ledger", "verify")).code == 0
    assert copy.count("generations") == said["generations"]
    async with calling(await copy.serve(), key) as alice:
        ids = [row[0] for row in copy.rows("SELECT id FROM generations")]
        assert {(await alice.finished(each))["status"] for each in ids} <= TERMINAL
        assert (await alice.see(first["id"]))["status"] == "completed"
        later = await alice.finished(accepted(await alice.ask(picture())))
        file = await alice.client.get(later["outputs"][0]["url"])
        assert file.status_code == 200
    check_files(copy)
    check_books(copy)
    assert copy.complaints() == []


async def restored(new_instance: NewInstance, backend: str, source: Path, **settings: str) -> Instance:
    """Another instance, in another folder and database, that was made of the backup."""
    copy = new_instance(backend, **settings)
    if copy.database_url is not None:
        machine.empty(copy.database_url)
    said = (await copy.command("restore", str(source), "--json")).json
    assert said["ledger_ok"]
    assert said["age_seconds"] > 0
    return copy


async def test_what_was_bought_before_and_after_the_backup_is_not_bought_again(
    new_instance: NewInstance, emulator: Emulator, tmp_path: Path
) -> None:
    """At the backup one call runs, one is being sent, one is not sent yet. The original goes on and sends that one."""
    settings = {"AIMS_FAL_KEY": KEY, "AIMS_FAL_BASE_URL": emulator.url, "AIMS_WORKSPACE_CONCURRENCY": "2"}
    original = new_instance("sqlite", **settings)
    await original.init()
    key = await original.new_key()
    server = await original.serve()
    async with calling(server, key) as alice:
        runs = accepted(await alice.ask(bought("queue=0, work=8", "that runs")))
        sending = accepted(await alice.ask(bought("submit=hang", "being sent")))
        await until(lambda: sent(emulator) == 2, "both are with the provider")
        unsent = accepted(await alice.ask(bought("queue=0, work=0", "not sent")))
        said = await taken(original, tmp_path / "monday")
        assert said["unfinished"] == 3, "the machine is too slow for this test"
        assert (await alice.finished(runs))["status"] == "completed"
        assert (await alice.finished(unsent))["status"] == "completed"
    await server.kill()
    submits = sent(emulator)
    billed = emulator.rows("SELECT request_id, units FROM billed ORDER BY 1")
    assert submits == 3

    copy = new_instance("sqlite", **settings)
    copy.home.mkdir(mode=0o700)
    shutil.copy(original.home / "secret", copy.home / "secret")
    said = (await copy.command("restore", str(tmp_path / "monday"), "--json")).json
    assert (said["given_up"], said["secret"], said["ledger_ok"]) == (1, True, True)
    async with calling(await copy.serve(), key) as alice:
        ends = {each: await alice.finished(each) for each in (runs, sending, unsent)}
        spent = ends[runs]["credits"]["charged"]
        assert {each: view["status"] for each, view in ends.items()} == {
            runs: "completed", sending: "failed", unsent: "failed",
        }  # fmt: skip
        assert copy.rows("SELECT available, held FROM balances") == [(1000 - spent, 0)]
    assert sent(emulator) == submits
    # What it does not know to have been billed is what it gave back; what it charged for is billed once.
    assert emulator.rows("SELECT request_id, units FROM billed ORDER BY 1") == billed
    assert copy.rows("SELECT state, cost_outcome FROM attempts ORDER BY state") == [
        ("done", "posted"),
        ("unknown", "absorbed"),
    ]
    is_whole(copy)
    check_files(copy)
    check_books(copy)
    assert copy.complaints() == []


def bought(script: str, words: str) -> dict[str, Any]:
    return {"model": "fal-ai/nano-banana-2", "prompt": f"A lighthouse {words} [emulator: {script}]"}


def sent(emulator: Emulator) -> int:
    """How many submits reached the provider."""
    ((count,),) = emulator.rows("SELECT count(*) FROM calls WHERE route = 'submit'")
    return count


async def quiet(instance: Instance) -> None:
    """A studio with one picture that nobody runs any more."""
    await instance.init()
    server = await instance.serve()
    async with calling(server, instance.first_key) as alice:
        await alice.finished(accepted(await alice.ask(picture())))
    assert await server.stop() == 0


def refused(said: Ended, *words: str) -> None:
    assert said.code == 1, said.out
    assert "Traceback" not in said.err
    for each in words:
        assert each in said.err


async def test_a_backup_has_no_secret_unless_told_so_and_is_nobody_elses_to_read(
    instance: Instance, tmp_path: Path
) -> None:
    await quiet(instance)
    said = await instance.command("backup", str(tmp_path / "without.tar"))
    assert said.code == 0
    assert "THE SECRET IS NOT IN IT" in said.err
    assert (await instance.command("backup", str(tmp_path / "with"), "--with-secret")).code == 0

    secret = (instance.home / "secret").read_bytes()
    assert stat.S_IMODE((tmp_path / "without.tar").stat().st_mode) == 0o600
    assert secret not in (tmp_path / "without.tar").read_bytes()
    with tarfile.open(tmp_path / "without.tar") as tar:
        assert "secret" not in tar.getnames()
    assert (tmp_path / "with" / "secret").read_bytes() == secret
    assert stat.S_IMODE((tmp_path / "with" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "with").stat().st_mode) == 0o700
    refused(await instance.command("backup", str(tmp_path / "with")), "exists")


async def test_a_restore_without_the_secret_says_so_and_with_a_wrong_one_does_nothing(
    instance: Instance, new_instance: NewInstance, tmp_path: Path
) -> None:
    await quiet(instance)
    await taken(instance, tmp_path / "monday")

    copy = new_instance("sqlite")
    refused(
        await copy.command("restore", str(tmp_path / "monday"), AIMS_SECRET="x" * 40),
        "not the one of the backup",
    )
    assert not (copy.home / "studio.db").exists()
    said = await copy.command("restore", str(tmp_path / "monday"))
    assert said.code == 0
    assert "THERE IS NO SECRET" in said.err
    assert (await copy.command("doctor")).code == 1


@pytest.mark.parametrize("what", ["database.sqlite", "media", "manifest.json"])
async def test_a_damaged_backup_is_refused_whole(
    instance: Instance, new_instance: NewInstance, tmp_path: Path, what: str
) -> None:
    await quiet(instance)
    await taken(instance, tmp_path / "monday")
    path = tmp_path / "monday" / what
    if path.is_dir():
        path = next(each for each in path.rglob("*") if each.is_file())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.unlink()  # it may be another name of the studio's own file
    path.write_bytes(data)

    copy = new_instance("sqlite")
    refused(
        await copy.command("restore", str(tmp_path / "monday")),
        "backup",
        "damaged" if what != "manifest.json" else "",
    )
    assert not [each for each in copy.home.rglob("*") if each.is_file() and each.name != "serve.lock"]


async def test_a_backup_is_restored_only_where_nothing_is(
    instance: Instance, new_instance: NewInstance, tmp_path: Path
) -> None:
    await quiet(instance)
    await taken(instance, tmp_path / "monday.tar")

    refused(await instance.command("restore", str(tmp_path / "monday.tar")), "studio already")
    server = await instance.serve()
    refused(await instance.command("restore", str(tmp_path / "monday.tar")), "uses")
    assert await server.stop() == 0
    busy = new_instance("postgres")
    refused(await busy.command("restore", str(tmp_path / "monday.tar")), "sqlite database")
    cut = tmp_path / "cut.tar"
    cut.write_bytes((tmp_path / "monday.tar").read_bytes()[:-30_000])
    refused(await new_instance("sqlite").command("restore", str(cut)), "")
    refused(await new_instance("sqlite").command("restore", str(tmp_path / "nowhere")), "no backup")


async def test_a_backup_of_a_newer_version_is_refused(
    instance: Instance, new_instance: NewInstance, tmp_path: Path
) -> None:
    await quiet(instance)
    await taken(instance, tmp_path / "monday")
    path = tmp_path / "monday" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"revision": "9999"}))

    refused(await new_instance("sqlite").command("restore", str(tmp_path / "monday")), "9999")


async def test_a_file_that_was_missing_before_is_named_and_the_rest_is_kept(
    instance: Instance, tmp_path: Path
) -> None:
    await quiet(instance)
    ((key,),) = instance.rows("SELECT storage_key FROM assets")
    (instance.media / key).unlink()

    said = await instance.command("backup", str(tmp_path / "monday"))
    assert said.code == 1
    assert key in said.err
    assert (tmp_path / "monday" / "manifest.json").exists()


async def test_what_is_deleted_for_good_while_the_files_are_read_is_not_restored(
    instance: Instance, new_instance: NewInstance, tmp_path: Path
) -> None:
    """The rows are copied, then picture and row go; what comes back has neither, and was charged for all the same."""
    await instance.init()
    async with calling(await instance.serve(), await instance.new_key()) as alice:
        made = [await alice.finished(accepted(await alice.ask(picture()))) for _ in range(2)]
        gone = made[0]["outputs"][0]["id"]
        slow = f"backup.moment=sleep:{SLOW_MS}"
        taking = asyncio.create_task(
            taken(instance, tmp_path / "monday", "--with-secret", AIMS_FAILPOINTS=slow)
        )
        await until(lambda: "backup.moment" in instance.hits(), "the rows are copied")
        for query in ("", "?permanent=true"):
            assert (await alice.client.delete(f"/api/v1/media/{gone}{query}")).is_success
        said = await taking
    assert (said["deleted_meanwhile"], said["missing"]) == ([gone], [])

    copy = new_instance("sqlite")
    assert (await copy.command("restore", str(tmp_path / "monday"))).code == 0
    is_whole(copy)
    assert copy.count("assets") == 1
    assert copy.rows("SELECT count(*) FROM outputs WHERE deleted_at IS NOT NULL") == [(1,)]
    await copy.serve()
    await until(lambda: copy.count("discarded") == 0, "nothing is left to be deleted")
    check_files(copy)
    check_books(copy)


async def test_a_backup_or_a_restore_that_is_killed_leaves_nothing_that_looks_whole(
    instance: Instance, new_instance: NewInstance, tmp_path: Path
) -> None:
    await quiet(instance)
    target = tmp_path / "monday.tar"
    killed = await instance.command("backup", str(target), AIMS_FAILPOINTS="backup.moment=kill")
    assert killed.code == -signal.SIGKILL
    assert not target.exists()
    await taken(instance, target, "--with-secret")
    assert [name for name in os.listdir(tmp_path) if "monday" in name] == ["monday.tar"]

    copy = new_instance("sqlite")
    killed = await copy.command("restore", str(target), AIMS_FAILPOINTS="restore.inside=kill")
    assert killed.code == -signal.SIGKILL
    assert not (copy.home / "studio.db").exists()
    assert (await copy.command("restore", str(target))).code == 0
    assert not (copy.home / ".restoring").exists()
    is_whole(copy)


async def test_a_restore_into_a_postgres_with_rows_is_refused(
    new_instance: NewInstance, tmp_path: Path
) -> None:
    original, busy = new_instance("postgres"), new_instance("postgres")
    await original.init()
    await busy.init()
    await taken(original, tmp_path / "monday", "--with-secret")

    shutil.rmtree(busy.home)
    refused(await busy.command("restore", str(tmp_path / "monday")), "database is not empty")
    assert busy.count("workspaces") == 1


async def test_what_was_not_sent_may_be_begun_when_the_original_did_nothing_since(
    new_instance: NewInstance, emulator: Emulator, tmp_path: Path
) -> None:
    """A studio that moves to another machine: it was stopped, and then backed up."""
    settings = {"AIMS_FAL_KEY": KEY, "AIMS_FAL_BASE_URL": emulator.url}
    original = new_instance("sqlite", **settings)
    await original.init()
    key = await original.new_key()
    server = await original.serve(AIMS_FAILPOINTS="drive.leased=kill")
    async with calling(server, key) as alice:
        await alice.ask_a_dying(bought("queue=0, work=0", "that moves"), key="moves")
        await server.ended()
    assert sent(emulator) == 0
    await taken(original, tmp_path / "monday", "--with-secret")

    copy = new_instance("sqlite", **settings)
    said = (await copy.command("restore", str(tmp_path / "monday"), "--begin-unsent", "--json")).json
    assert said["given_up"] == 0
    async with calling(await copy.serve(), key) as alice:
        ((generation,),) = copy.rows("SELECT id FROM generations")
        assert (await alice.finished(generation))["status"] == "completed"
    assert sent(emulator) == len(emulator.rows("SELECT request_id FROM billed")) == 1
    check_books(copy)
