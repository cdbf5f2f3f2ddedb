"""What may become a public alert document: the gate of the modes, and the standard's rules that its schema cannot say.

`Actual` comes from mode real alone; `Exercise` names its exercise and is never public; `Test` is for tests; replay and simulation never become a
document. An update or cancellation names what it follows, an alert names nothing; restriction and addresses fit the scope (CAP 1.2, 3.2.1).
"""

import re
from collections.abc import Iterator

from bongsu.model.mode import Mode
from bongsu.wire.cap12_types import CapAlert, CapError, CapInfo, MessageType, ResponseType, Scope, Status

STATUSES: dict[Mode, Status] = {Mode.REAL: Status.ACTUAL, Mode.EXERCISE: Status.EXERCISE, Mode.TEST: Status.TEST}
"""The status of each mode that may become a document; a mode that is missing here may not."""

_FORBIDDEN = re.compile(r"[\s,<&]")
"""What may not stand in `identifier` and `sender` (3.2.1)."""
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\r\ud800-\udfff\ufffe\uffff]")
"""What an XML text cannot hold, or would give back as something else."""

Fault = tuple[str, str, str]
"""Code, element, and what is wrong."""


def status_of(mode: Mode) -> Status:
    """The status of a mode's documents. Raises `CapError` for a mode that has none."""
    status = STATUSES.get(mode)
    if status is None:
        remedy = "only real, exercise and test have documents"
        raise CapError("mode", "alert/status", f"mode {mode.value} never becomes a public alert document", remedy)
    return status


def check(alert: CapAlert, mode: Mode, exercise: str) -> None:
    """Raises `CapError` unless this document may be written in this mode (and, in an exercise, of this name)."""
    if alert.status is not status_of(mode):
        raise CapError("mode", "alert/status", f"status {alert.status.value} may not come from mode {mode.value}")
    if mode is Mode.EXERCISE and (not exercise.strip() or exercise not in alert.note):
        raise CapError("exercise", "alert/note", "a document of an exercise names the exercise in its note")
    if mode is not Mode.EXERCISE and exercise:
        raise CapError("exercise", "alert/note", f"mode {mode.value} has no exercise, but one is named")
    for code, element, fault in faults(alert):
        raise CapError(code, element, fault)


def faults(alert: CapAlert) -> Iterator[Fault]:
    """Everything about a document that breaks the standard's rules or ours, in order of the elements."""
    for name, text in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not text or _FORBIDDEN.search(text):
            yield "name", f"alert/{name}", f"{text!r} is empty, or holds a blank, a comma, < or &"
    yield from _scope_faults(alert)
    yield from _reference_faults(alert)
    if alert.message_type in (MessageType.ALERT, MessageType.UPDATE, MessageType.CANCEL) and not alert.infos:
        yield "info", "alert/info", "a document for people says something in one language at least"
    languages = [info.language for info in alert.infos]
    if len(frozenset(languages)) != len(languages):
        yield "language", "alert/info/language", "each language has one info"
    for name, text in _alert_texts(alert):
        yield from _text_faults(text, f"alert/{name}")
    for number, info in enumerate(alert.infos, start=1):
        yield from _info_faults(info, alert, f"alert/info[{number}]")


def _scope_faults(alert: CapAlert) -> Iterator[Fault]:
    if alert.status is not Status.ACTUAL and alert.scope is Scope.PUBLIC:
        yield "scope", "alert/scope", f"a document of status {alert.status.value} is never public"
    if (alert.scope is Scope.RESTRICTED) != bool(alert.restriction):
        yield "scope", "alert/restriction", "scope Restricted, and no other, has a restriction"
    if alert.scope is Scope.PRIVATE and not alert.addresses:
        yield "scope", "alert/addresses", "scope Private says whom it addresses"


def _reference_faults(alert: CapAlert) -> Iterator[Fault]:
    if alert.message_type is MessageType.ALERT and alert.references:
        yield "references", "alert/references", "a first alert follows nothing; an Update does"
    if alert.message_type is not MessageType.ALERT and not alert.references:
        yield "references", "alert/references", f"msgType {alert.message_type.value} names what it follows"
    for one in alert.references:
        if any(not text or _FORBIDDEN.search(text) for text in (one.sender, one.identifier)):
            yield "references", "alert/references", f"{one.identifier!r} cannot be an identifier"
        if one.identifier == alert.identifier and one.sender == alert.sender:
            yield "references", "alert/references", "a document cannot follow itself"
        if one.sent.time_ns > alert.sent.time_ns:
            yield "references", "alert/references", f"{one.identifier} is later than this document"


def _info_faults(info: CapInfo, alert: CapAlert, path: str) -> Iterator[Fault]:
    if not _LANGUAGE.fullmatch(info.language):
        yield "language", f"{path}/language", f"{info.language!r} is not a language"
    if not info.categories:
        yield "info", f"{path}/category", "an info has one category at least"
    if not info.event:
        yield "info", f"{path}/event", "an info names its event"
    clear = ResponseType.ALL_CLEAR in info.response_types
    if clear and alert.message_type is not MessageType.UPDATE:
        yield "all_clear", f"{path}/responseType", "an all-clear is an Update; a wrong alert is cancelled"
    if clear and len(info.response_types) > 1:
        yield "all_clear", f"{path}/responseType", "an all-clear asks for nothing else"
    if info.expires is not None and info.expires.time_ns <= alert.sent.time_ns:
        yield "expires", f"{path}/expires", "a document expires after it was sent"
    for area in info.areas:
        if not area.description:
            yield "area", f"{path}/area/areaDesc", "an area has a description"
    for name, text in _info_texts(info):
        yield from _text_faults(text, f"{path}/{name}")


def _text_faults(text: str, path: str) -> Iterator[Fault]:
    if _NOT_XML.search(text):
        yield "character", path, "a character that XML cannot hold"
    if text != text.strip():
        yield "blank", path, "begins or ends with a blank, which a reader drops"


def _alert_texts(alert: CapAlert) -> Iterator[tuple[str, str]]:
    yield from (("identifier", alert.identifier), ("sender", alert.sender), ("source", alert.source))
    yield from (("restriction", alert.restriction), ("note", alert.note))
    yield from (("addresses", text) for text in alert.addresses)
    yield from (("code", text) for text in alert.codes)
    yield from (("incidents", text) for text in alert.incidents)


def _info_texts(info: CapInfo) -> Iterator[tuple[str, str]]:
    yield from (("event", info.event), ("audience", info.audience), ("senderName", info.sender_name))
    yield from (("headline", info.headline), ("description", info.description), ("instruction", info.instruction))
    yield from (("web", info.web), ("contact", info.contact))
    named = (*info.event_codes, *info.parameters, *(code for area in info.areas for code in area.geocodes))
    yield from (("value", text) for one in named for text in (one.name, one.value))
    yield from (("areaDesc", area.description) for area in info.areas)
