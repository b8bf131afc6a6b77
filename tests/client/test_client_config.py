"""Which studio is asked with which key, and the file that nobody else may read."""

import json
from pathlib import Path

import pytest

from aims.client import AIMS, NotConfigured, config

KEY = "aims_" + "k" * 24


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_an_argument_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch):
    assert config.find() == config.Config(None, config.HERE)
    config.save("aims_file", "http://file.example/api/v1")
    assert config.find() == config.Config("aims_file", "http://file.example/api/v1")
    monkeypatch.setenv("AIMS_API_KEY", "aims_environment")
    monkeypatch.setenv("AIMS_BASE_URL", "http://environment.example")
    assert config.find() == config.Config("aims_environment", "http://environment.example/api/v1")
    assert config.find("aims_argument", "http://a.example").api_key == "aims_argument"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787/api/v1"),
        ("https://studio.example/", "https://studio.example/api/v1"),
        ("https://studio.example/api/v1/", "https://studio.example/api/v1"),
        (" https://example.com/studio ", "https://example.com/studio/api/v1"),
    ],
)
def test_a_base_url_may_be_written_without_its_end(written: str, meant: str):
    assert config.find(KEY, written).base_url == meant


@pytest.mark.parametrize(
    "address", ["studio.example", "ftp://studio.example", "http://", "http://a b", "http://a?b"]
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(NotConfigured, match="base URL"):
        config.find(KEY, address)


def test_the_file_is_for_its_owner_alone_and_keeps_what_it_does_not_know(home: Path):
    file = config.save("aims_one", config.HERE)
    file.write_text(json.dumps({"apiKey": "aims_one", "theme": "dark"}))
    file.chmod(0o644)

    config.save("aims_two", config.HERE)

    assert file == home / ".aims" / "config.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == {"apiKey": "aims_two", "baseUrl": config.HERE, "theme": "dark"}
    assert [each.name for each in file.parent.iterdir()] == ["config.json"]
    assert config.forget()
    assert not config.forget()


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_file_that_is_broken_is_named(home: Path, text: str):
    (home / ".aims").mkdir()
    config.path().write_text(text)

    with pytest.raises(NotConfigured, match=r"config\.json"):
        config.find()


def test_without_a_key_there_is_no_client():
    with pytest.raises(NotConfigured, match="aims login"):
        AIMS()
    with pytest.raises(NotConfigured, match="no key has"):
        AIMS("aims_ü")
