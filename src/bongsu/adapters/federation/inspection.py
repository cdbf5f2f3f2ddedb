"""What a federation's servers on this machine say of themselves, and what is wrong with them, each with its remedy."""

from __future__ import annotations

import stat
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from bongsu.adapters.federation import server_files
from bongsu.adapters.federation.certificates import expires
from bongsu.adapters.federation.description import Federation, read_federation
from bongsu.adapters.federation.folder import Folder, read_passwords
from bongsu.adapters.federation.signing_keys import FILE_NAME, holds, keys_of, sealing_keys_of
from bongsu.adapters.sealing import FILE_NAME as SEALING_KEYS
from bongsu.adapters.servers import check_file, check_fit, find_server, read_varz, reason
from bongsu.base.errors import BongsuError, NotReady
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.wire import subjects

RENEW_BEFORE = timedelta(days=60)
_REPORT_S = 2.0
_T = TypeVar("_T")


class Link(msgspec.Struct, frozen=True):
    """A nation's link to a hub in one mode."""

    hub: str
    mode: Mode
    up: bool


class Outbox(msgspec.Struct, frozen=True):
    """What a nation has released to a recipient on a lane: how much lies there, is unread, and is read but not acknowledged."""

    mode: Mode
    recipient: str
    lane: Lane
    messages: int
    unread: int
    unacknowledged: int
    paused: bool


class ServerState(msgspec.Struct, frozen=True):
    """One server; `fault` is empty when it is up and fit."""

    name: str
    fault: str
    version: str = ""
    links: list[Link] = []
    outboxes: list[Outbox] = []


class Finding(NamedTuple):
    """Something wrong, and what to do."""

    place: str
    fault: str
    remedy: str


class _Leaf(msgspec.Struct):
    name: str = ""
    account: str = ""


class _Leafs(msgspec.Struct):
    leafs: list[_Leaf] = []


class _Reader(msgspec.Struct):
    name: str
    num_pending: int = 0
    num_ack_pending: int = 0
    paused: bool = False


class _Amount(msgspec.Struct):
    messages: int = 0


class _Stream(msgspec.Struct):
    name: str
    state: _Amount
    consumer_detail: list[_Reader] = []


class _Account(msgspec.Struct):
    name: str
    stream_detail: list[_Stream] = []


class _Streams(msgspec.Struct):
    account_details: list[_Account] = []


def inspect(folder: Folder, federation: Federation) -> list[ServerState]:
    """State of every server whose folder is on this machine, hubs first."""
    hubs = [hub for hub in federation.hub if folder.server(hub.name).exists()]
    states = [_state(hub.name, hub.monitor_port, streams=False) for hub in hubs]
    for partner in federation.partner:
        if not folder.server(partner.code).exists():
            continue
        state = _state(partner.code, partner.monitor_port, streams=True)
        if state.version:
            links = _links(federation, partner.code, partner.monitor_port)
            outboxes = _outboxes(federation, partner.code, partner.monitor_port)
            state = msgspec.structs.replace(state, links=links, outboxes=outboxes)
        states.append(state)
    return states


def _state(name: str, port: int, streams: bool) -> ServerState:
    try:
        varz = read_varz(port)
    except NotReady as error:
        return ServerState(name, str(error))
    if varz.server_name != name:
        return ServerState(name, f"port {port} belongs to server {varz.server_name}; free it or use another")
    try:
        check_fit(varz, streams)
    except NotReady as error:
        return ServerState(name, str(error), varz.version)
    return ServerState(name, "", varz.version)


def _links(federation: Federation, code: str, port: int) -> list[Link]:
    leafs = {(leaf.name, leaf.account) for leaf in _report(port, "leafz", _Leafs).leafs}
    return [
        Link(hub.name, mode, (hub.name, subjects.link_account(code, mode)) in leafs)
        for mode in federation.modes
        for hub in federation.hub
    ]


def _streams(port: int) -> dict[str, dict[str, _Stream]]:
    """Streams by account and name."""
    found = _report(port, "jsz?accounts=true&streams=true&consumers=true", _Streams)
    return {
        account.name: {stream.name: stream for stream in account.stream_detail} for account in found.account_details
    }


def _outboxes(federation: Federation, code: str, port: int) -> list[Outbox]:
    accounts = _streams(port)
    found = []
    for mode in federation.modes:
        streams = accounts.get(subjects.account(code, mode), {})
        for recipient in federation.codes:
            name = subjects.consumer(code, recipient, mode)
            for lane in Lane:
                stream = streams.get(subjects.outbox(recipient, lane))
                reader = next((one for one in stream.consumer_detail if one.name == name), None) if stream else None
                if stream is not None and reader is not None:
                    amounts = (stream.state.messages, reader.num_pending, reader.num_ack_pending)
                    found.append(Outbox(mode, recipient, lane, *amounts, reader.paused))
    return found


def examine(root: Path) -> list[Finding]:
    """All that is wrong with a federation's folder and with those of its servers that run. Raises `BadInput` if it has no description."""
    folder = Folder(root)
    federation = read_federation(folder.description)
    findings = list(_examine_program())
    findings += _examine_secrets(folder)
    if not findings:
        if folder.passwords.exists():
            findings += _examine_files(folder, federation)
        findings += _examine_certificates(folder, federation)
    findings += _examine_keys(folder, federation, time.time_ns())
    findings += _examine_sealing(folder, federation, time.time_ns())
    findings += _examine_leavers(folder, federation, time.time_ns())
    for state in inspect(folder, federation):
        findings += _examine_server(federation, state)
    return findings


def _examine_program() -> Iterator[Finding]:
    try:
        find_server()
    except NotReady as error:
        yield Finding("nats-server", error.fault, error.remedy)


def _examine_secrets(folder: Folder) -> Iterator[Finding]:
    for path in sorted(folder.root.rglob("*")):
        if path.name.endswith((".key", ".conf", "passwords.json")) or path.name.startswith("access-"):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                yield Finding(
                    str(path), f"others may read it (mode {mode:04o})", f"chmod 600 {path}, and change what it holds"
                )


def _examine_files(folder: Folder, federation: Federation) -> Iterator[Finding]:
    """Server files are what the description gives, and the server accepts them."""
    remedy = f"run `bongsu federation write {folder.root}` and reload the server"
    try:
        passwords = read_passwords(folder)
        wanted = {hub.name: server_files.hub_file(federation, hub, passwords) for hub in federation.hub}
        wanted |= {one.code: server_files.partner_file(federation, one, passwords) for one in federation.partner}
    except (BongsuError, KeyError) as error:
        yield Finding(str(folder.passwords), f"passwords are missing ({error})", remedy)
        return
    for name, text in wanted.items():
        file = folder.server(name)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            yield Finding(str(file), "not what federation.toml gives", remedy)
            continue
        try:
            check_file(file)
        except NotReady as error:
            yield Finding(str(file), error.fault, error.remedy)


def _examine_certificates(folder: Folder, federation: Federation) -> Iterator[Finding]:
    stems = [(hub.name, "hub") for hub in federation.hub]
    stems += [(code, mode.value) for code in federation.codes for mode in federation.modes]
    for name, stem in stems:
        path = folder.certificate(name, stem)
        if not folder.server(name).exists():
            continue
        if not path.exists():
            yield Finding(str(path), "no such certificate", f"run `bongsu federation write {folder.root}`")
        elif expires(path.read_bytes()) - datetime.now(UTC) < RENEW_BEFORE:
            remedy = f"run `bongsu federation rotate {folder.root} {name}`"
            yield Finding(str(path), f"ends on {expires(path.read_bytes()):%Y-%m-%d}", remedy)


def _examine_sealing(folder: Folder, federation: Federation, now_ns: int) -> Iterator[Finding]:
    """Where encryption is declared, everybody who is released to has a sealing key that holds: its senders do not start without."""
    if not federation.end_to_end:
        return
    held = {(key.partner, key.mode) for key in sealing_keys_of(folder.root) if holds(key, now_ns)}
    for code in federation.codes:
        for mode in federation.modes:
            if federation.issuers_to(code) and (code, mode) not in held:
                fault = f"no sealing key of {code} holds in mode {mode.value}"
                remedy = f"`bongsu federation keys {folder.root}` where that partner's folder lies"
                yield Finding(str(folder.root / SEALING_KEYS), fault, remedy)


def _examine_leavers(folder: Folder, federation: Federation, now_ns: int) -> Iterator[Finding]:
    """Who was to have left, and still gets or gives something."""
    for partner in federation.partner:
        if partner.leaves_ns is None or partner.leaves_ns > now_ns:
            continue
        if federation.issuers_to(partner.code) or partner.releases_to:
            fault = f"{partner.code} was to leave on {partner.leaves} and is still joined to others"
            yield Finding(str(folder.description), fault, f"run `bongsu federation leave {folder.root} {partner.code}`")


def _examine_keys(folder: Folder, federation: Federation, now_ns: int) -> Iterator[Finding]:
    """Once public keys have been gathered, each partner has one in each mode that holds now, and none ends without a successor."""
    known = keys_of(folder.root)
    for code in federation.codes if known else ():
        for mode in federation.modes:
            good = [key for key in known if (key.partner, key.mode) == (code, mode) and holds(key, now_ns)]
            if not good:
                remedy = f"have {code} run `bongsu federation keys` or `rotate-key`, and send its public keys"
                yield Finding(str(folder.root / FILE_NAME), f"no key of {code} holds in mode {mode.value}", remedy)
            elif all(key.until_ns is not None for key in good):
                remedy = f"run `bongsu federation rotate-key {folder.root} {code} --mode {mode.value}`"
                yield Finding(str(folder.root / FILE_NAME), f"the last key of {code} in mode {mode.value} ends", remedy)


def _examine_server(federation: Federation, state: ServerState) -> Iterator[Finding]:
    if state.fault:
        fault, _, remedy = state.fault.partition("; ")
        yield Finding(f"server {state.name}", fault, remedy)
    for link in state.links:
        if not link.up:
            remedy = (
                f"see that {link.hub} runs and is reached at the address in federation.toml; look for TLS in both logs"
            )
            yield Finding(f"server {state.name}", f"no link to {link.hub} in mode {link.mode}", remedy)
    released = federation.partner_of(state.name).releases_to if state.name in federation.codes else ()
    for outbox in state.outboxes:
        place = f"server {state.name}, {outbox.lane} outbox of {outbox.recipient} ({outbox.mode})"
        if outbox.recipient not in released and not outbox.paused:
            remedy = f"run `bongsu federation revoke DIR {outbox.recipient} --by {state.name}`"
            yield Finding(place, "still served although federation.toml does not release to it", remedy)
        elif outbox.recipient in released and outbox.paused:
            yield Finding(
                place,
                "paused although federation.toml releases to it",
                f"run `bongsu federation grant DIR {outbox.recipient}`",
            )


def _report(port: int, page: str, kind: type[_T]) -> _T:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=_REPORT_S) as answer:
            return msgspec.json.decode(answer.read(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise NotReady(f"port {port} does not report {page} ({reason(error)})", "see the server's log") from None
