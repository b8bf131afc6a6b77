"""The operator's own files of models in a backup, whatever they are called."""

from pathlib import Path

from server import Instance
from test_backups import NewInstance, quiet, refused, taken


async def test_the_operators_own_models_come_along_with_their_workflows(
    instance: Instance, new_instance: NewInstance, tmp_path: Path
) -> None:
    await quiet(instance)
    folder = instance.home / "catalog" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".git").mkdir()
    mine = ("waves.toml", "waves.json", "my own waves (2).toml", "wellen für Böen.json", "a..b.toml")
    for name in (*mine, ".waves.json.swp", ".git/index.json"):
        (folder / name).write_text(name)
    target = tmp_path / "monday"

    await taken(instance, target, "--with-secret")
    copy = new_instance("sqlite")

    assert (await copy.command("restore", str(target))).code == 0
    kept = copy.home / "catalog" / "models"
    assert {path.name: path.read_text() for path in kept.iterdir()} == {name: name for name in mine}


async def test_a_file_with_a_name_that_no_backup_can_carry_is_named_before_anything_is_kept(
    instance: Instance, tmp_path: Path
) -> None:
    """Better now than by the restore, when the folder may be lost."""
    await quiet(instance)
    folder = instance.home / "catalog" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "two\nlines.toml").write_text("")
    target = tmp_path / "monday"

    refused(await instance.command("backup", str(target), "--with-secret"), "two\\nlines.toml", "Rename it")
    assert not target.exists()
