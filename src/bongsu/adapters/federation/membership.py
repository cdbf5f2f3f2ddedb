"""Changes of who releases to whom, while the servers run.

A reload of the server's file alone does not stop a pull that already waits: it goes on being served, without end if it named none. So a
revocation pauses the pair's readers on both lanes first, then writes and reloads the file, then reads back that they are paused.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import msgspec
import nats.errors
from nats.aio.client import Client

from bongsu.adapters.federation.description import Federation, read_federation, write_federation
from bongsu.adapters.federation.folder import Folder, read_passwords, refresh_folder
from bongsu.adapters.federation.server_files import admin_user
from bongsu.adapters.federation.signing_keys import end_sealing, keys_of, revoke_key
from bongsu.adapters.secret_files import write_secret
from bongsu.adapters.servers import read_varz
from bongsu.base.errors import NotReady
from bongsu.base.time import format_time
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.wire import subjects

FOR_EVER = "2099-01-01T00:00:00Z"
_CALL_S = 2.0
_RELOAD_S = 3.0
_ATTEMPTS = 10
_PAUSE_S = 0.02
_STREAM_UNKNOWN, _CONSUMER_UNKNOWN = 10059, 10014


class _Fault(msgspec.Struct):
    err_code: int = 0
    description: str = ""


class _Answer(msgspec.Struct):
    error: _Fault | None = None
    paused: bool = False


def revoke(root: Path, recipient: str, by: tuple[str, ...] = ()) -> list[str]:
    """Stop releasing to a partner: by these partners, or by all. Gives one line for each thing done. Raises `NotReady`."""
    return _change(root, recipient, by, released=False)


def grant(root: Path, recipient: str, by: tuple[str, ...] = ()) -> list[str]:
    """Release to a partner (again): what was kept for it meanwhile comes, once."""
    return _change(root, recipient, by, released=True)


def leave(root: Path, code: str, at_ns: int, now_ns: int) -> list[str]:
    """Let a partner leave. Its keys are worth nothing from then on; when the time has come nobody releases to it, and it to nobody.

    Ahead of the time only the date is written: call it again then. Gives one line for each thing done. Raises `NotReady`.
    """
    folder = Folder(root)
    federation = read_federation(folder.description)
    federation.partner_of(code)
    done = []
    for key in keys_of(root):
        if key.partner == code and (key.until_ns is None or key.until_ns > at_ns):
            revoke_key(root, key.key, at_ns)
            done.append(f"key {key.key} of {code} in mode {key.mode} holds until {format_time(at_ns, 0)}")
    done += [
        f"sealing key {key.key} of {code} in mode {key.mode} holds until {format_time(at_ns, 0)}"
        for key in end_sealing(root, code, at_ns)
    ]
    dated = tuple(
        msgspec.structs.replace(one, leaves=format_time(at_ns, 0)) if one.code == code else one
        for one in federation.partner
    )
    _write(folder, msgspec.structs.replace(federation, partner=dated))
    if at_ns > now_ns:
        return [
            *done,
            f"{code} leaves on {format_time(at_ns, 0)}; run this again then: until that is done it is released to",
        ]
    done += revoke(root, code)
    done += _silence(folder, federation, code)
    left = read_federation(folder.description)
    silent = tuple(msgspec.structs.replace(one, releases_to=()) if one.code == code else one for one in left.partner)
    _write(folder, msgspec.structs.replace(left, partner=silent))
    refresh_folder(root)
    done += _reloaded(folder, left, left.codes)
    return [*done, f"{code} has left: nothing of it is taken and nothing can be pulled by it"]


def _silence(folder: Folder, federation: Federation, code: str) -> list[str]:
    """End the pulls that wait at the leaver's own server, where it is reached; elsewhere the end of its keys has what it says refused."""
    try:
        return [
            line
            for recipient in federation.partner_of(code).releases_to
            for line in asyncio.run(_set_paused(folder, federation, (code,), recipient, True))
        ]
    except NotReady:
        return [
            f"{code}'s own server is not reached: what it says is refused by its keys' end, once nodes have read them"
        ]


def _write(folder: Folder, federation: Federation) -> None:
    write_secret(folder.description, write_federation(federation).encode())


def _reloaded(folder: Folder, federation: Federation, codes: tuple[str, ...]) -> list[str]:
    servers = [(code, federation.partner_of(code).monitor_port) for code in codes]
    servers += [(hub.name, hub.monitor_port) for hub in federation.hub]
    return [line for name, port in servers for line in _reload(folder, name, port)]


def _change(root: Path, recipient: str, by: tuple[str, ...], released: bool) -> list[str]:
    folder = Folder(root)
    federation = read_federation(folder.description)
    federation.partner_of(recipient)
    issuers = by or tuple(code for code in federation.codes if code != recipient)
    for issuer in issuers:
        federation.partner_of(issuer)
    done = []
    if not released:
        done += asyncio.run(_set_paused(folder, federation, issuers, recipient, True))
    changed = _with_release(federation, issuers, recipient, released)
    _write(folder, changed)
    refresh_folder(root)
    done += _reloaded(folder, federation, (*issuers, recipient))
    if released:
        done += asyncio.run(_set_paused(folder, changed, issuers, recipient, False))
    return done


def _with_release(federation: Federation, issuers: tuple[str, ...], recipient: str, released: bool) -> Federation:
    partners = []
    for partner in federation.partner:
        others = tuple(code for code in partner.releases_to if code != recipient)
        if partner.code in issuers:
            others = (*others, recipient) if released else others
            partners.append(msgspec.structs.replace(partner, releases_to=others))
        else:
            partners.append(partner)
    return msgspec.structs.replace(federation, partner=tuple(partners))


async def _set_paused(
    folder: Folder, federation: Federation, issuers: tuple[str, ...], recipient: str, paused: bool
) -> list[str]:
    """Pause or resume the recipient's readers at each issuer, and read it back."""
    passwords = read_passwords(folder)
    done = []
    for issuer in issuers:
        port = federation.partner_of(issuer).client_port
        for mode in federation.modes:
            user = admin_user(issuer, mode)
            client = await _connect(issuer, port, user, passwords[issuer, user])
            try:
                for lane in Lane:
                    if await _set_one(client, issuer, recipient, mode, lane, paused):
                        what = "paused" if paused else "resumed"
                        done.append(f"{issuer}: {recipient}'s {lane} outbox in mode {mode} is {what}")
            finally:
                await client.close()
    return done


async def _connect(issuer: str, port: int, user: str, password: str) -> Client:
    async def quiet(_: Exception) -> None:
        """The failure itself is raised."""

    client = Client()
    try:
        await client.connect(
            f"nats://127.0.0.1:{port}", user=user, password=password, allow_reconnect=False, error_cb=quiet
        )
    except (OSError, nats.errors.Error, TimeoutError) as error:
        remedy = "start it first: what it holds for the partner can only be stopped while it runs"
        raise NotReady(f"server {issuer} is not reached ({error})", remedy) from None
    return client


async def _set_one(client: Client, issuer: str, recipient: str, mode: Mode, lane: Lane, paused: bool) -> bool:
    """False when there is no such outbox."""
    place = f"{subjects.outbox(recipient, lane)}.{subjects.consumer(issuer, recipient, mode)}"
    content = msgspec.json.encode({"pause_until": FOR_EVER} if paused else {})
    answer = await _ask(client, f"$JS.API.CONSUMER.PAUSE.{place}", content)
    if answer.error is not None and answer.error.err_code in (_STREAM_UNKNOWN, _CONSUMER_UNKNOWN):
        return False
    seen = await _ask(client, f"$JS.API.CONSUMER.INFO.{place}", b"")
    if answer.error is not None or seen.paused is not paused:
        words = answer.error.description if answer.error else "it reads back otherwise"
        raise NotReady(f"server {issuer} does not change {place} ({words})", "see its log, and try again")
    return True


async def _ask(client: Client, subject: str, content: bytes) -> _Answer:
    """A call; for a moment after a reload the server answers none. Raises `NotReady`."""
    for attempt in range(_ATTEMPTS):
        try:
            message = await client.request(subject, content, timeout=_CALL_S)
        except nats.errors.NoRespondersError:
            await asyncio.sleep(_PAUSE_S * (attempt + 1))
        except (nats.errors.Error, TimeoutError) as error:
            raise NotReady(f"the server does not answer {subject} ({error})", "see its log, and try again") from None
        else:
            return msgspec.json.decode(message.data, type=_Answer)
    raise NotReady(f"the server does not serve {subject}", "see its log, and try again")


def _reload(folder: Folder, name: str, monitor_port: int) -> list[str]:
    """Have a server on this machine read its file again, and see that it has; one that does not run here will at its start."""
    file = folder.server(name).with_name("server.pid")
    try:
        before = read_varz(monitor_port)
        os.kill(int(file.read_text(encoding="ascii")), signal.SIGHUP)
    except (NotReady, FileNotFoundError, ProcessLookupError, ValueError):
        return []
    deadline_s = time.monotonic() + _RELOAD_S
    while read_varz(monitor_port).config_load_time == before.config_load_time:
        if time.monotonic() > deadline_s:
            raise NotReady(
                f"server {name} does not read its file again", f"see {folder.server(name).parent}/server.log"
            )
        time.sleep(_PAUSE_S)
    return [f"{name}: has read its file again"]
