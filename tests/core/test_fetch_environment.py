"""Whoever writes the environment does not choose where requests go, nor whom they trust (SSR-05)."""

import subprocess
import sys
from pathlib import Path

import pytest
from outside import Outside, answer

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetcher, Network
from aims.core.settings import Settings, load


@pytest.fixture
def hostile(outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that names a proxy inside, a .netrc, and an authority of its own. Returns the latter's file."""
    proxy = f"http://127.0.0.1:{outside.inside[4].place[1]}"
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine a.test login alice password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".netrc").symlink_to(netrc)
    authority = tmp_path / "authority.pem"
    outside.authority.cert_pem.write_to_path(str(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    return authority


@pytest.mark.usefixtures("hostile")
async def test_neither_a_proxy_nor_netrc_is_used(outside: Outside, fetcher: Fetcher):
    site = outside.site("a.test", lambda _: answer(b"ok"), port=80)

    assert (await fetcher.public("GET", "http://a.test/", deadline=30, cap=10)).body == b"ok"

    assert "authorization" not in site.requests[0].headers
    assert outside.leaks == 0


async def test_the_environment_names_no_authority(outside: Outside, hostile: Path):
    """The server's certificate is one that SSL_CERT_FILE would have us trust."""
    site = outside.site("a.test", lambda _: answer(b"ok"))
    world = outside.network
    fetcher = Fetcher(Network(world.look_up, world.routes))

    with pytest.raises(Unreachable) as caught:
        await fetcher.public("GET", "https://a.test/", deadline=30, cap=10)
    await fetcher.close()

    assert caught.value.sentence == "The server's certificate is not valid."
    assert site.requests == []
    assert not (hostile.parent / "keys").exists()


@pytest.mark.parametrize("value", ["1", "true", "off", "*", "127.0.0.1"])
async def test_no_setting_opens_the_guard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outside: Outside, value: str
):
    """There is none, whatever it might be called: with every one of ours set, the inside stays shut."""
    for name in ("ALLOW_PRIVATE", "ALLOW_LOCAL", "FETCH_UNSAFE", "SSRF", "TRUSTED_HOSTS", "PROXY", "DEBUG"):
        monkeypatch.setenv(f"AIMS_{name}", value)
    load(home=tmp_path)
    named = [
        name for name in Settings.model_fields if any(word in name for word in ("proxy", "private", "ssrf"))
    ]
    fetcher = Fetcher(outside.network)

    with pytest.raises(Blocked):
        await fetcher.public("GET", "http://127.0.0.1/", deadline=30, cap=10)
    await fetcher.close()

    assert named == []


def test_a_studio_that_fetches_nothing_does_not_load_the_library():
    """It takes a quarter of a second, and a start has one and a half."""
    code = "import sys, aims.web.server; sys.exit('aiohttp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
