"""`bongsu alert`: public alerts and notices of a record, and the check of a CAP document that somebody was given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bongsu.base.errors import BadInput, BongsuError
from bongsu.base.time import format_time, parse_time

if TYPE_CHECKING:
    from bongsu.model.alert_draft import AlertDraft
    from bongsu.wire.cap12_types import CapAlert

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(epilog="\b\nExample:\n  bongsu alert list runs/overflight-2022-10-04-1/record/jp")
def alert() -> None:
    """Look into public alerts and notices to ships and aircraft. DIR is one node's folder, such as RUN/record/jp."""


@alert.command("list", epilog="\b\nExample:\n  bongsu alert list runs/overflight-2022-10-04-1/record/jp")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@_JSON
def list_(folder: Path, as_json: bool) -> None:
    """List each draft in its last state: what it says, who approved it, and the machine's and the persons' times apart."""
    drafts = [_draft(one) for one in _newest(folder, "alert_draft", lambda body: (body.chain, body.number))]
    if as_json:
        click.echo(json.dumps(drafts, ensure_ascii=False))
        return
    if not drafts:
        click.echo("no draft of a public alert in this record")
    for draft in drafts:
        persons = ", ".join(draft["approved_by"]) or "nobody"
        click.echo(f"{draft['time']}  {draft['chain']} draft {draft['number']}: {draft['stage']}, {draft['state']}")
        click.echo(f"  areas: {', '.join(draft['areas'])}; approved by {persons} of {draft['needed']} needed")
        for whose in ("machine", "persons"):
            steps = [f"{name} {second:g} s" for name, second in draft["times_s"][whose].items() if second is not None]
            click.echo(f"  {whose}: {', '.join(steps) or 'nothing yet'}")


@alert.command(epilog="\b\nExample:\n  bongsu alert notices runs/overflight-2022-10-04-1/record/jp --language ko")
@click.argument("folder", metavar="DIR", type=_FOLDER)
@click.option("--language", type=click.Choice(["en", "ko", "ja"]), default="en", show_default=True, help="Whose words.")
@click.option(
    "--form",
    type=click.Choice(["text", "navarea", "notam"]),
    default="text",
    show_default=True,
    help="For people, ships or airmen.",
)
@click.option("--history", is_flag=True, help="Every version, not the last of each notice alone.")
@_JSON
def notices(folder: Path, language: str, form: str, history: bool, as_json: bool) -> None:
    """Print the notices to ships and aircraft that were drafted for the authority that issues them."""
    import msgspec

    found = _newest(folder, "sea_notice", lambda body: (body.notice, body.version if history else 0))
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("no notice to ships or aircraft in this record")
    for one in found:
        click.echo(f"{one.notice} version {one.version} ({one.status}), {format_time(one.time_ns, digits=0)}")
        click.echo(one.texts[language] if form == "text" else one.forms[form])
        click.echo("")


@alert.command(
    epilog="\b\nExample:\n  bongsu alert check runs/overflight-2022-10-04-1/alerts/*.xml --exercise BEACON-2"
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.option(
    "--mode",
    type=click.Choice(["real", "exercise", "test"]),
    default="exercise",
    show_default=True,
    help="Which mode each document must be of.",
)
@click.option("--exercise", default="", help="Name of the exercise that each document must name.")
@click.option("--signer", "signers", multiple=True, type=_FILE, help="Certificate (PEM) of a trusted sealer.")
@click.option(
    "--at", "moment", default="", metavar="TIME", help="When the seal must be valid; by default when it was sent."
)
@_JSON
def check(
    files: tuple[Path, ...], mode: str, exercise: str, signers: tuple[Path, ...], moment: str, as_json: bool
) -> int:
    """Check CAP documents: their form, the gate of the modes, and their seal where signers are given. Exit 1 if one does not hold."""
    certificates = [_certificate(path) for path in signers]
    at_ns = parse_time(moment) if moment else None
    told = [_checked(path, mode, exercise, certificates, at_ns) for path in files]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    for one in () if as_json else told:
        verdict = "holds" if one["good"] else f"does not hold: {one['fault']}"
        click.echo(f"{one['file']}: {one['summary']}{verdict}")
    return 0 if all(one["good"] for one in told) else 1


def _checked(path: Path, mode: str, exercise: str, certificates: list[Any], at_ns: int | None) -> dict[str, Any]:
    from bongsu.adapters.cap_seal import open_sealed
    from bongsu.model.mode import Mode
    from bongsu.wire import cap12, cap12_rules

    told: dict[str, Any] = {"file": str(path), "good": True, "fault": "", "summary": "", "sealed": False}
    try:
        content = path.read_bytes()
        read = cap12.decode(content).alert
        if certificates:
            sent_ns = read.sent.time_ns
            read = open_sealed(content, certificates, sent_ns if at_ns is None else at_ns).read.alert
            told["sealed"] = True
        told["summary"] = _summary(read)
        cap12_rules.check(read, Mode(mode), exercise if mode == "exercise" else "")
    except BongsuError as error:
        told |= {"good": False, "fault": f"{error.fault} ({error.remedy})" if error.remedy else error.fault}
    return told


def _summary(read: CapAlert) -> str:
    areas = sum(len(info.areas) for info in read.infos[:1])
    sent = format_time(read.sent.time_ns, digits=0)
    return f"{read.status.value} {read.message_type.value}, {len(read.infos)} languages, {areas} areas, sent {sent}: "


def _certificate(path: Path) -> Any:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except ValueError:
        raise BadInput("is not a certificate", "give a PEM file", str(path)) from None


def _newest(folder: Path, kind: str, key: Any) -> list[Any]:
    """The last body of a kind for each key, in order of the first."""
    from bongsu.adapters.store import RecordReader
    from bongsu.record.entry import body_of

    found: dict[Any, Any] = {}
    with RecordReader(folder) as reader:
        for entry in reader.entries(types=(kind,), kinds=("output",)):
            body = body_of(entry)
            found[key(body)] = body
    return list(found.values())


def _draft(draft: AlertDraft) -> dict[str, Any]:
    from bongsu.core.inform.alert_page import MACHINE

    times = {name: getattr(draft.times, name) for name in draft.times.__struct_fields__}
    zero_ns = min((time_ns for time_ns in times.values() if time_ns is not None), default=0)
    seconds = {name[:-3]: None if value is None else round((value - zero_ns) / 1e9, 3) for name, value in times.items()}
    machine = {name[:-3] for name in MACHINE}
    return {
        "chain": draft.chain,
        "number": draft.number,
        "stage": draft.stage.value,
        "state": draft.state.value,
        "time": format_time(draft.time_ns, digits=0),
        "areas": [risk.area for risk in draft.areas],
        "needed": draft.needed,
        "approved_by": [one.person for one in draft.approvals],
        "reason": draft.reason,
        "headlines": {one.language: one.headline for one in draft.wordings},
        "times_s": {
            "machine": {name: value for name, value in seconds.items() if name in machine},
            "persons": {name: value for name, value in seconds.items() if name not in machine},
        },
    }
