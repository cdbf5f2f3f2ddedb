"""A nation with an alerting policy, driven through its rooms, for the tests of public alerts."""

from typing import Any

from msgspec.structs import replace

from bongsu.base.limits_alerts import ALERT_HOLD_S
from bongsu.core.exchange.policy import parse
from bongsu.core.inform.alert_issue import COMMANDS
from bongsu.model.alert_draft import AlertDocument, AlertDraft
from bongsu.model.alert_policy import AlertPolicy, Approver
from bongsu.model.command import Command
from bongsu.model.configuration import Role
from bongsu.model.mode import Mode
from bongsu.model.refusal import Refusal
from bongsu.wire import cap12
from tests.core.exchange.test_release import DEFAULT
from tests.core.harness import Node, at, estimate, point

AOMORI = point(40.8, 140.8, 600.0, 20_000.0)
NEAR_SEA = point(40.9, 137.5, 600.0, 20_000.0)
POLICY = AlertPolicy(
    names={"en": "Civil Protection", "ko": "민방위", "ja": "国民保護"},
    short_names={"en": "CP", "ko": "민방위", "ja": "国民保護"},
    more={"en": "alerts.example", "ko": "alerts.example", "ja": "alerts.example"},
    zones={"en": "JST", "ko": "JST", "ja": "JST"},
    offset_minutes=540,
    sender="alerts@example.jp",
    deadline_s=60.0,
    authorities=("duty.example.jp",),
    approvers=(
        Approver(person="Aoki", accounts=("aoki", "aoki.admin")),
        Approver(person="Baba", accounts=("baba",)),
        Approver(person="Chiba", accounts=("chiba",), until_ns=at(0).exercise_ns),
        Approver(person="Doi", accounts=("doi",)),
    ),
    coordinator={"en": "NAVAREA XI", "ko": "NAVAREA XI", "ja": "NAVAREA XI"},
)
ROLES = (
    Role(role="watch", kinds=("acknowledge", "shown", "retract", *COMMANDS)),
    Role(role="observe", kinds=()),
)


class World:
    """Japan, its officers, and what it was told to say."""

    def __init__(self, mode: Mode = Mode.EXERCISE, policy: AlertPolicy | None = POLICY, **changes: Any) -> None:
        changed = replace(policy, **changes) if policy is not None else None
        settings: dict[str, Any] = {"alerting": changed, "roles": ROLES, "rules": parse(DEFAULT, "shipped")}
        self.node = Node("jp", mode=mode, **settings)
        self.count = 0

    def predict(self, seconds: float, impact: Any = AOMORI) -> list[Any]:
        """Our own estimate, held long enough to move areas."""
        told = self.node.say(at(seconds), estimate(seconds, impact=impact))
        return told + self.node.tick(at(seconds + ALERT_HOLD_S))

    def draft(self, kind: str | None = None) -> AlertDraft:
        """The newest draft of one kind of risk: of an impact where there is one."""
        bodies = [item.body for item in self.node.items]
        found = [one for one in bodies if isinstance(one, AlertDraft)]
        wanted = kind or ("impact" if any(one.kind == "impact" for one in found) else "overflight")
        return [one for one in found if one.kind == wanted][-1]

    def documents(self, audience: str = "public", kind: str | None = None) -> list[AlertDocument]:
        bodies = [item.body for item in self.node.items]
        wanted = kind or self.draft().kind
        return [
            one for one in bodies if isinstance(one, AlertDocument) and (one.audience, one.kind) == (audience, wanted)
        ]

    def read(self, document: AlertDocument) -> Any:
        return cap12.decode(document.content).alert

    def command(
        self, seconds: float, kind: str, actor: str, about: str = "", version: int = 0, name: str = "", **words: str
    ) -> list[Any]:
        self.count += 1
        draft = self.draft()
        command = Command(
            command=name or f"command-{self.count}",
            kind=kind,
            actor=actor,
            role="watch",
            about=about or draft.chain,
            version=version or draft.number,
            arguments=words,
            console=f"console-of-{actor}",
        )
        return self.node.step(at(seconds), command)

    def approve(self, seconds: float, actor: str, **changes: Any) -> list[Any]:
        return self.command(seconds, "alert_approve", actor, **{"digest": self.draft().digest, **changes})

    def alerted(self, seconds: float = 100.0) -> "World":
        """The public has been told."""
        self.predict(seconds)
        self.approve(seconds + 10, "aoki")
        self.approve(seconds + 15, "baba")
        return self


def reasons(bodies: list[Any]) -> list[str]:
    return [one.reason for one in bodies if isinstance(one, Refusal)]
