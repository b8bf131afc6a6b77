"""WHK-01: signatures are those of Standard Webhooks 1.0.0, whoever checks them."""

import base64
import hashlib
import shutil
import subprocess
import time

import machine
import pytest
from outside import Seen, answer
from posting import SECOND, SIGNER, Post, ids_of
from standardwebhooks import Webhook, WebhookVerificationError

from aims import webhooks
from aims.core.secrets import Secrets
from aims.webhooks.endpoints import ROTATION
from aims.webhooks.signing import sign

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
MOMENT = 1674087231
BODY = b'{"type":"generation.completed","timestamp":"2023-01-19T00:13:51Z","data":{"id":"gen_1"}}'
SIGNATURE = "v1,EpowbYr61zsZI0lcUFPhGZnB/g3jKx3m9wZmKa5i/Qw="

NODE = """
const crypto = require("node:crypto");
const [secret, id, timestamp, body] = process.argv.slice(1);
const key = Buffer.from(secret.replace("whsec_", ""), "base64");
console.log("v1," + crypto.createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64"));
"""


def test_the_published_example_is_signed_as_published() -> None:
    assert sign(SECRET, ID, MOMENT, BODY) == SIGNATURE


def test_another_language_comes_to_the_same_signature() -> None:
    node = shutil.which("node")
    if node is None:
        machine.missing("Node.js is not installed (apt-get install nodejs)")
    for body in (BODY, '{"name": "Grüße, 世界"}'.encode()):
        said = subprocess.run(
            [node, "-e", NODE, "--", SECRET, ID, str(MOMENT), body.decode()],
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip() == sign(SECRET, ID, MOMENT, body)


def test_the_reference_library_takes_what_is_signed_and_nothing_that_was_changed() -> None:
    salt, moment = "a salt", int(time.time())
    headers = SIGNER.headers(ID, moment, BODY, [salt])
    receiver = Webhook(SIGNER.secret(salt))
    assert receiver.verify(BODY, headers)["type"] == "generation.completed"
    for changed in (BODY.replace(b"gen_1", b"gen_2"), BODY + b" "):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(changed, headers)
    for name, value in (("webhook-id", "msg_2"), ("webhook-timestamp", str(moment - 1))):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(BODY, headers | {name: value})


def test_a_secret_has_32_bytes_and_belongs_to_one_endpoint_of_one_instance() -> None:
    other = webhooks.Signer(Secrets(b"another secret of more than thirty-two characters"))
    secrets = [SIGNER.secret("a"), SIGNER.secret("b"), other.secret("a")]
    assert len(set(secrets)) == 3
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def accepts(secret: str, seen: Seen) -> bool:
    """Whether a receiver that has this secret takes the request as ours."""
    try:
        Webhook(secret).verify(seen.body, seen.headers)
    except WebhookVerificationError:
        return False
    return True


async def test_what_arrives_is_signed_with_the_endpoints_own_secret(post: Post) -> None:
    site = post.receiver()
    first, second = await post.endpoint("http://shop.example/1"), await post.endpoint("http://shop.example/2")
    await post.sender()
    await post.happen()
    await post.tried(2)
    by_path = {seen.path: seen for seen in site.requests}
    secrets = {"/1": str(first.secret), "/2": str(second.secret)}
    for path, seen in by_path.items():
        assert [other for other, secret in secrets.items() if accepts(secret, seen)] == [path]
        assert seen.headers["webhook-signature"].count("v1,") == 1
    assert len(set(ids_of(site.requests))) == 1


async def test_after_a_rotation_both_secrets_sign_for_a_day(post: Post) -> None:
    site = post.receiver()
    old = await post.endpoint()
    new = await post.db.write(webhooks.rotate, SIGNER, post.workspace_id, old.id)
    assert new.secret != old.secret
    assert new.previous_secret_until is not None
    await post.sender()
    await post.happen()
    await post.tried(1)
    await post.wait(ROTATION)
    await post.happen()
    await post.tried(2)
    within, after = site.requests
    assert len(within.headers["webhook-signature"].split()) == 2
    assert accepts(str(new.secret), within)
    assert accepts(str(old.secret), within)
    assert len(after.headers["webhook-signature"].split()) == 1
    assert accepts(str(new.secret), after)
    assert not accepts(str(old.secret), after)
    assert (await post.view(old.id)).previous_secret_until is None


async def test_the_id_stays_and_the_timestamp_is_that_of_each_attempt(post: Post) -> None:
    answers = iter([503, 503, 200])

    site = post.receiver(lambda _: answer(status=next(answers)))
    endpoint = await post.endpoint()
    await post.sender()
    await post.happen()
    for times in (1, 2, 3):
        made = await post.tried(times)
        await post.wait(3600 * SECOND)
    assert len(set(ids_of(site.requests))) == 1
    stamps = [int(seen.headers["webhook-timestamp"]) for seen in site.requests]
    assert stamps == [attempt.started_at // SECOND for attempt in made]
    assert all(abs(stamp - time.time()) < 300 for stamp in stamps)
    bodies = {hashlib.sha256(seen.body).digest() for seen in site.requests}
    assert len(bodies) == 1
    assert all(accepts(str(endpoint.secret), seen) for seen in site.requests)
