"""What providers send to us: where they may send it, and the rows that keep it before anybody is thanked.

A message is a hint. It wakes the driver, which asks the provider; for a call whose answer was lost it brings the id to
ask with; and what arrives after the credits were given back is written down as a cost of ours.
"""

import hmac

from sqlalchemy import bindparam, delete, exists, select, update

from aims import credits
from aims.core.clock import DAY, now
from aims.core.db import Tx, among, insert
from aims.core.errors import NotFound, Unauthenticated
from aims.core.secrets import Secrets
from aims.core.settings import Settings
from aims.generation.lifecycle import ATTEMPT_OVER
from aims.generation.tables import attempts, inbox
from aims.providers import Adapter, Listens, Notice

PATH = "/webhooks/providers"
LATE = "The provider finished it after the credits were given back."

_ATTEMPT = select(attempts).where(
    attempts.c.id == bindparam("attempt"),
    attempts.c.generation_id == bindparam("generation"),
    attempts.c.provider == bindparam("provider"),
)
_STATE = select(attempts.c.state).where(attempts.c.id == bindparam("attempt"))
_ACCOUNT = (
    select(inbox.c.account)
    .where(inbox.c.provider == bindparam("provider"), inbox.c.connection_mark == bindparam("mark"))
    .order_by(inbox.c.received_at)
    .limit(1)
)
_KEEP = insert(inbox).values(received_at=now()).on_conflict_do_nothing()
_WORD = (
    select(inbox.c.request_id, inbox.c.made)
    .where(inbox.c.attempt_id == bindparam("attempt"))
    .order_by(inbox.c.made.desc(), inbox.c.received_at)
    .limit(1)
)
_others = attempts.alias("others")
# The id of a request whose answer was lost: from now on the provider's bill can be held against it.
_NAME = (
    update(attempts)
    .where(
        attempts.c.id == bindparam("attempt"),
        attempts.c.provider_ref.is_(None),
        ~exists(
            select(_others.c.id).where(
                _others.c.provider == attempts.c.provider, _others.c.provider_ref == bindparam("request")
            )
        ),
    )
    .values(provider_ref=bindparam("request"))
)
_ABSORB = (
    update(attempts)
    .where(
        attempts.c.id == bindparam("attempt"),
        among(attempts.c.state, ATTEMPT_OVER),
        attempts.c.cost_outcome.is_(None),
    )
    .values(cost_outcome="absorbed", cost_reason=bindparam("reason"))
)
_PRUNE = delete(inbox).where(inbox.c.received_at < now() - bindparam("age"))


def seal(secrets: Secrets, provider: str, generation_id: str, attempt_id: str) -> str:
    """What makes an attempt's address one that nobody can guess: 128 bits that are told to the provider alone.

    Derived, so that a wrong one is known for wrong without a look into the database.
    """
    named = f"{provider}\n{generation_id}\n{attempt_id}".encode()
    return hmac.digest(secrets.key("provider webhooks"), named, "sha256")[:16].hex()


def address(
    settings: Settings, secrets: Secrets, adapter: Adapter, generation_id: str, attempt_id: str
) -> str:
    """Where the provider of an attempt may send word; empty where it cannot reach us, or sends none."""
    public = settings.public_url or ""
    if not (settings.provider_webhooks and public.startswith("https://") and isinstance(adapter, Listens)):
        return ""
    sealed = seal(secrets, adapter.name, generation_id, attempt_id)
    return f"{public}{PATH}/{adapter.name}/{generation_id}/{attempt_id}/{sealed}"


def keep(
    tx: Tx, provider: str, generation_id: str, attempt_id: str, notice: Notice, connection_mark: str
) -> bool:
    """Write down what was sent about an attempt. False when that was known already: then nothing has changed.

    The first account that is heard of is the connection's, unless the operator has stated one; a message about another
    one is refused.

    Raises NotFound when there is no such attempt (any more), Unauthenticated.
    """
    row = tx.one(_ATTEMPT, attempt=attempt_id, generation=generation_id, provider=provider)
    if row is None:
        raise NotFound("There is nothing at this address.")
    ours = None if notice.stated else tx.value(_ACCOUNT, provider=provider, mark=connection_mark)
    if ours is not None and ours != notice.account:
        raise Unauthenticated("This message is about another account.", code="invalid_signature")
    # As every step of a driver does: either it sees this message, or this sees that the attempt is over.
    credits.lock(tx, row.workspace_id)
    new = tx.run(
        _KEEP,
        provider=provider,
        request_id=notice.reference,
        status=notice.status,
        made=int(notice.made),
        attempt_id=attempt_id,
        account=notice.account,
        connection_mark=connection_mark,
    )
    if new and tx.value(_STATE, attempt=attempt_id) in ATTEMPT_OVER:
        book(tx, attempt_id)
    return bool(new)


def word(tx: Tx, attempt_id: str) -> str | None:
    """The provider's id for an attempt, if it has sent word of it."""
    row = tx.one(_WORD, attempt=attempt_id)
    return row.request_id if row else None


def book(tx: Tx, attempt_id: str) -> None:
    """Hold an attempt that is over against what its provider has sent: what was made without anybody's having it is a
    cost of ours, under the provider's id.
    """
    row = tx.one(_WORD, attempt=attempt_id)
    if row is None:
        return
    tx.run(_NAME, attempt=attempt_id, request=row.request_id)
    if row.made:
        tx.run(_ABSORB, attempt=attempt_id, reason=LATE)


def prune(tx: Tx, days: int) -> int:
    """Forget messages older than that. What they changed stays."""
    return tx.run(_PRUNE, age=days * DAY)
