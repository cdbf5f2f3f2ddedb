"""The text of every server's file, from a federation's description and its passwords.

Why this shape (each line is there because leaving it out was seen to leak, lose or stall):

* a *link account* without users or streams stands between the release account and the link, so a hub cannot reach the streams' own calls;
* only two calls cross: "the next message of this one consumer" and "acknowledged", both as services, so that a withdrawn grant stops at once;
* `sync_interval: always`, as any other setting loses confirmed messages when the power fails;
* no compression, no advertising, allow-lists only: what advisories about links have had in common;
* the node's own user may make exactly its outboxes and their readers, and may not delete or purge them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bongsu.adapters.federation.description import Federation, Hub, Partner
from bongsu.base import limits
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.wire import subjects

Passwords = Mapping[tuple[str, str], str]
"""By server name and user."""

SYSTEM_USER = "sys"


def node_user(code: str, mode: Mode) -> str:
    """The user that a node works as: it may release, pull and acknowledge, and nothing else."""
    return f"{code}-{mode.value}-node"


def admin_user(code: str, mode: Mode) -> str:
    """The user of a nation's own operators in a mode's release account."""
    return f"{code}-{mode.value}-admin"


def national_user(code: str) -> str:
    """The user of the national account, which is joined to nothing."""
    return f"{code}-national"


def users(federation: Federation) -> list[tuple[str, str]]:
    """Every (server, user) that needs a password, in a fixed order."""
    found = [(hub.name, SYSTEM_USER) for hub in federation.hub]
    for code in federation.codes:
        found += [(code, SYSTEM_USER), (code, national_user(code))]
        for mode in federation.modes:
            found += [(code, node_user(code, mode)), (code, admin_user(code, mode))]
    return found


def hub_file(federation: Federation, hub: Hub, passwords: Passwords) -> str:
    """The file of a hub: it routes what is named here and holds no stream."""
    return "\n".join(_hub_lines(federation, hub, passwords)) + "\n"


def partner_file(federation: Federation, partner: Partner, passwords: Passwords) -> str:
    """The file of a nation's own server: that nation alone edits it."""
    return "\n".join(_partner_lines(federation, partner, passwords)) + "\n"


def _hub_lines(federation: Federation, hub: Hub, passwords: Passwords) -> Iterator[str]:
    yield f"# {hub.name}: a hub. It only routes; written from federation.toml, edit that."
    yield from _head_lines(hub.name, hub.client_port, hub.monitor_port)
    yield "leafnodes {"
    yield f'  listen: "{hub.listen}:{hub.leaf_port}"'
    yield "  no_advertise: true"
    yield "  compression: off"
    yield '  tls { cert_file: "hub.pem", key_file: "hub.key", ca_file: "ca.pem", verify_and_map: true }'
    yield "  authorization { users: ["
    for mode in federation.modes:
        for code in federation.codes:
            yield f'    {{user: "{subjects.mail_name(code, mode)}", account: {subjects.account(code, mode)}}}'
    yield "  ] }"
    yield "}"
    yield "accounts {"
    yield f"  SYS: {{ users: [{_user(hub.name, SYSTEM_USER, passwords)}] }}"
    for mode in federation.modes:
        for partner in federation.partner:
            yield from _hub_account_lines(federation, partner, mode)
    yield "}"
    yield "system_account: SYS"


def _hub_account_lines(federation: Federation, partner: Partner, mode: Mode) -> Iterator[str]:
    yield f"  {subjects.account(partner.code, mode)}: {{"
    yield "    exports: ["
    for recipient in partner.releases_to:
        to = subjects.account(recipient, mode)
        yield _export(subjects.pull(partner.code, recipient, mode, "*"), to, streamed=True)
        yield _export(subjects.acknowledgements(partner.code, recipient, mode), to)
    yield "    ]"
    yield "    imports: ["
    for issuer in federation.issuers_to(partner.code):
        of = subjects.account(issuer, mode)
        yield _import(of, subjects.pull(issuer, partner.code, mode, "*"))
        yield _import(of, subjects.acknowledgements(issuer, partner.code, mode))
    yield "    ]"
    yield "  }"


def _partner_lines(federation: Federation, partner: Partner, passwords: Passwords) -> Iterator[str]:
    code = partner.code
    yield f"# {code}: a nation's own server. Written from federation.toml; edit that."
    yield from _head_lines(code, partner.client_port, partner.monitor_port)
    yield (
        f'jetstream {{ store_dir: "streams", domain: {code}, sync_interval: always, '
        f"max_memory_store: {limits.SERVER_MEMORY_BYTES}, max_file_store: {limits.SERVER_FILE_BYTES} }}"
    )
    yield f'leafnodes {{ reconnect: "{round(limits.LEAF_RETRY_S * 1000)}ms", remotes: ['
    for mode in federation.modes:
        for hub in federation.hub:
            yield (
                f'  {{ urls: ["tls://{hub.address}:{hub.leaf_port}"], account: {subjects.link_account(code, mode)}, '
                f'compression: off, tls {{ cert_file: "{mode.value}.pem", key_file: "{mode.value}.key", '
                'ca_file: "ca.pem" } }'
            )
    yield "] }"
    yield "accounts {"
    yield f"  SYS: {{ users: [{_user(code, SYSTEM_USER, passwords)}] }}"
    national = _user(code, national_user(code), passwords)
    yield f"  {subjects.national_account(code)}: {{ jetstream: enabled, users: [{national}] }}"
    for mode in federation.modes:
        yield from _release_account_lines(federation, partner, mode, passwords)
        yield from _link_account_lines(federation, partner, mode)
    yield "}"
    yield "system_account: SYS"


def _release_account_lines(federation: Federation, partner: Partner, mode: Mode, passwords: Passwords) -> Iterator[str]:
    """The account that holds the outboxes: it shows its readers to the link account, and asks others through it."""
    code, link = partner.code, subjects.link_account(partner.code, mode)
    yield f"  {subjects.account(code, mode)}: {{"
    yield "    jetstream: enabled"
    yield "    users: ["
    yield f"      {_user(code, admin_user(code, mode), passwords)}"
    allowed = ", ".join(f'"{subject}"' for subject in node_may_publish(federation, partner, mode))
    permissions = f'permissions: {{publish: {{allow: [{allowed}]}}, subscribe: {{allow: ["_INBOX.>"]}}}}'
    yield f"      {_user(code, node_user(code, mode), passwords, permissions)}"
    yield "    ]"
    yield "    exports: ["
    for recipient in partner.releases_to:
        yield _export(subjects.next_message(code, recipient, mode), link, streamed=True)
        yield _export(subjects.acknowledgements(code, recipient, mode), link)
    yield "    ]"
    yield "    imports: ["
    issuers = federation.issuers_to(code)
    if issuers:
        yield _import(link, _asked_of_all(code, mode))
    for issuer in issuers:
        yield _import(link, subjects.acknowledgements(issuer, code, mode))
    yield "    ]"
    yield "  }"


def _link_account_lines(federation: Federation, partner: Partner, mode: Mode) -> Iterator[str]:
    """The account that the links are bound to: no users, no streams, and only what is named here passes."""
    code, release = partner.code, subjects.account(partner.code, mode)
    issuers = federation.issuers_to(code)
    yield f"  {subjects.link_account(code, mode)}: {{"
    yield "    exports: ["
    if issuers:
        yield _export(_asked_of_all(code, mode), release, streamed=True)
    for issuer in issuers:
        yield _export(subjects.acknowledgements(issuer, code, mode), release)
    yield "    ]"
    yield "    imports: ["
    for recipient in partner.releases_to:
        shown_as = subjects.pull(code, recipient, mode, "*")
        yield _import(release, subjects.next_message(code, recipient, mode), shown_as)
        yield _import(release, subjects.acknowledgements(code, recipient, mode))
    yield "    ]"
    yield "  }"


def node_may_publish(federation: Federation, partner: Partner, mode: Mode) -> list[str]:
    """Everything that a node's user may publish: releases, the making of its own outboxes, pulls and acknowledgements."""
    code = partner.code
    allowed: list[str] = []
    for recipient in partner.releases_to:
        reader = subjects.consumer(code, recipient, mode)
        for lane in Lane:
            stream = subjects.outbox(recipient, lane)
            allowed.append(f"{subjects.released(code, recipient, mode, lane)}.>")
            allowed += [f"$JS.API.STREAM.{call}.{stream}" for call in ("CREATE", "UPDATE", "INFO")]
            allowed += [f"$JS.API.CONSUMER.{call}.{stream}.{reader}" for call in ("CREATE", "INFO")]
    issuers = federation.issuers_to(code)
    if issuers:
        allowed.append(_asked_of_all(code, mode))
    allowed += [subjects.acknowledgements(issuer, code, mode) for issuer in issuers]
    return allowed


def _asked_of_all(code: str, mode: Mode) -> str:
    """What a recipient asks of any issuer: `PULL.*.JP_R.*`. The hub decides whom it reaches."""
    return f"PULL.*.{subjects.account(code, mode)}.*"


def _head_lines(name: str, client_port: int, monitor_port: int) -> Iterator[str]:
    yield f"server_name: {name}"
    yield f'listen: "127.0.0.1:{client_port}"'
    yield f'http: "127.0.0.1:{monitor_port}"'
    yield f'ping_interval: "{limits.PING_S:g}s"'
    yield "ping_max: 2"
    yield f"max_payload: {limits.SERVER_PAYLOAD_BYTES}"
    yield 'pid_file: "server.pid"'


def _user(server: str, user: str, passwords: Passwords, more: str = "") -> str:
    return f'{{user: "{user}", password: "{passwords[server, user]}"{", " + more if more else ""}}}'


def _export(subject: str, to: str, streamed: bool = False) -> str:
    """A service that one account alone may use; a pull is answered by many messages, an acknowledgement by none."""
    answer = "response_type: stream, " if streamed else ""
    return f'      {{service: "{subject}", {answer}accounts: [{to}]}}'


def _import(of: str, subject: str, shown_as: str = "") -> str:
    renamed = f', to: "{shown_as}"' if shown_as else ""
    return f'      {{service: {{account: {of}, subject: "{subject}"}}{renamed}}}'
