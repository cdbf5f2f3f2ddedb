"""How nations speak to their public in a drill: invented authorities, and the file that a node reads."""

import msgspec

from bongsu.geo import areas
from bongsu.model.alert_policy import AlertPolicy

PROFILES = {"kr": "kr", "us": "us"}
OFFSETS = {"kr": (540, "KST"), "jp": (540, "JST")}
NAMES = {"en": "Civil Protection", "ko": "민방위 당국", "ja": "国民保護当局"}
SHORT = {"en": "Civil Alert", "ko": "민방위", "ja": "国民保護"}


def policy_of(code: str) -> AlertPolicy | None:
    """A nation's policy in a drill: each account is a person of its own, scripted or at a console. None for a nation that has no areas in the packaged set."""
    if not any(area.country == code.upper() for area in areas.load().areas):
        return None
    offset_minutes, zone = OFFSETS.get(code, (0, "UTC"))
    more = dict.fromkeys(NAMES, "alerts.example")
    coordinator = {"en": "NAVAREA XI coordinator", "ko": "NAVAREA XI 조정국", "ja": "NAVAREA XI調整国"}
    return AlertPolicy(
        names=NAMES,
        short_names=SHORT,
        more=more,
        zones=dict.fromkeys(NAMES, zone),
        offset_minutes=offset_minutes,
        sender=f"alerts@{code}.example",
        profile=PROFILES.get(code, ""),
        deadline_s=60.0,
        authorities=(f"duty.{code}.example",),
        coordinator=coordinator,
    )


def file_of(policy: AlertPolicy) -> str:
    """The alerting file of a node."""
    lines = [
        f"sender = {_text(policy.sender)}",
        f"profile = {_text(policy.profile)}",
        f"offset_minutes = {policy.offset_minutes}",
        f"deadline_s = {policy.deadline_s}",
        f"authorities = [{', '.join(_text(one) for one in policy.authorities)}]",
    ]
    for name in ("names", "short_names", "more", "zones", "coordinator"):
        texts = getattr(policy, name)
        lines += ["", f"[{name}]", *(f"{language} = {_text(text)}" for language, text in texts.items())]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A JSON string is a TOML basic string."""
    return msgspec.json.encode(text).decode()
