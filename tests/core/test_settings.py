"""Settings: where they come from, which one wins, and what a person is told about a wrong one."""

from pathlib import Path
from typing import Any

import pytest

from aims.core import settings
from aims.core.errors import Invalid
from aims.core.settings import Settings

WRONG: dict[str, Any] = {
    "DATABASE_URL": "mysql://somewhere",
    "PORT": "65536",
    "PUBLIC_URL": "studio.example.com",
    "STARTING_CREDITS": "-1",
    "SANDBOX": "sometimes",
    "SANDBOX_REPEATABLE": "perhaps",
    "CONNECTIONS": "one",
    "DRAWING_PROCESSES": "0",
    "WORKSPACE_CONCURRENCY": "0",
    "WAITING_SECONDS": "999999",
    "BREAKER_SECONDS": "0",
    "KEY_STREAMS": "0",
    "WORKSPACE_STREAMS": "none",
    "LEASE_SECONDS": "1.5",
    "SHUTDOWN_SECONDS": "soon",
    "MIN_FREE_MIB": "-1",
    "OUTSIDE_URLS": "some",
    "PROVIDER_WEBHOOKS": "some",
    "JOBS": "some",
    "OUTSIDE_PER_MINUTE": "0",
    "IDEMPOTENCY_DAYS": "0",
    "WEBHOOK_DAYS": "3",
    "TRASH_DAYS": "0",
    "LOG_LEVEL": "loud",
    "LOG_FORMAT": "xml",
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own, which AIMS_HOME names."""
    monkeypatch.setenv("AIMS_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_a_wrong_value_is_a_sentence_with_the_name_of_the_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"AIMS_{name}", value)
    with pytest.raises(Invalid, match=rf"^The setting AIMS_{name} is wrong: .+\.$"):
        settings.load()


def test_every_setting_that_can_be_wrong_is_tried_above() -> None:
    any_text = {
        "home",
        "secret",
        "host",
        "default_image_model",
        "default_video_model",
        "sandbox_journal",
    }
    assert {name.lower() for name in WRONG} == set(Settings.model_fields) - any_text


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_a_flag_wins_over_the_environment_and_that_over_the_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.load().port == 8787
    (home / "aims.toml").write_text('port = 1\nlog_level = "error"\n')
    assert settings.load().port == 1
    monkeypatch.setenv("AIMS_PORT", "2")
    assert settings.load().port == 2
    assert settings.load(port=3).port == 3
    assert settings.load(port=None).port == 2
    assert settings.load(port=3).log_level == "error"


def test_a_wrong_value_in_the_file_is_the_same_sentence(home: Path) -> None:
    (home / "aims.toml").write_text('lease_seconds = "long"\n')
    with pytest.raises(Invalid, match="The setting AIMS_LEASE_SECONDS is wrong: "):
        settings.load()


def test_a_file_that_is_not_toml_is_a_sentence(home: Path) -> None:
    (home / "aims.toml").write_text("port: 1\n")
    with pytest.raises(Invalid, match=r"aims\.toml is not valid TOML: .*line 1"):
        settings.load()


def test_a_secret_may_come_from_a_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "given").write_text("s" * 40 + "\n")
    (home / "url").write_text("postgresql://from-the-file/studio\n")
    monkeypatch.setenv("AIMS_SECRET_FILE", str(home / "given"))
    monkeypatch.setenv("AIMS_DATABASE_URL_FILE", str(home / "url"))
    assert settings.load().secret == "s" * 40
    assert settings.load().database == "postgresql://from-the-file/studio"
    monkeypatch.setenv("AIMS_SECRET", "e" * 40)
    assert settings.load().secret == "s" * 40
    assert settings.load(secret="f" * 40).secret == "f" * 40


def test_a_secret_file_that_cannot_be_read_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIMS_SECRET_FILE", "/nowhere/secret")
    with pytest.raises(Invalid, match="AIMS_SECRET_FILE cannot be read: No such file"):
        settings.load()


def test_data_live_where_aims_home_says_else_in_the_users_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert settings.load().database == home / "studio.db"
    monkeypatch.delenv("AIMS_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    assert settings.load().home.name == "ai-media-studio"
    assert not (home / "data").exists()


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ({}, "http://127.0.0.1:8787"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::"}, "http://127.0.0.1:8787"),
        ({"host": "::1"}, "http://[::1]:8787"),
        ({"public_url": "https://studio.example.com/"}, "https://studio.example.com"),
    ],
)
def test_every_link_begins_with_the_address_that_people_reach(given: dict[str, Any], base: str) -> None:
    assert settings.load(**given).base_url == base


def test_settings_do_not_change_while_the_studio_runs() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.load().port = 1


@pytest.mark.parametrize("name", ["starting_creditz", "AIMS_STARTING_CREDITS"])
def test_a_name_in_the_file_that_is_no_setting_is_a_sentence(home: Path, name: str) -> None:
    (home / "aims.toml").write_text(f"{name} = 7\n")
    with pytest.raises(Invalid, match=f"`{name}`, which is no setting"):
        settings.load()
