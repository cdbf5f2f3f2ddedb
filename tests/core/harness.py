"""Nodes without sensors: the rooms from the link on, fed with estimates by hand, and joined by a wire that a test controls."""

import math
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bongsu.base.units import seconds_to_ns
from bongsu.core.exchange.link import Link
from bongsu.core.exchange.policy import parse_policy
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.core.exchange.send import Send
from bongsu.core.inform.alarm import AlarmRoom
from bongsu.core.inform.alert import AlertRoom
from bongsu.core.inform.alert_issue import AlertIssue
from bongsu.core.inform.consult import Consult
from bongsu.core.inform.desk import Desk
from bongsu.core.inform.notices import Notices
from bongsu.core.inform.statements import Statements
from bongsu.core.inform.warn import Warn
from bongsu.core.pipeline import Pipeline
from bongsu.core.room import Given, Memoryless
from bongsu.model.circle import Circle, Membership
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration, PublicKey, Role
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.head import Item, Now
from bongsu.model.health import Health
from bongsu.model.label import Label
from bongsu.model.message import Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.tick import Tick
from bongsu.wire.envelope_v1 import seal

START_NS = 1_700_000_000_000_000_000
PARTNERS = ("jp", "kr", "us")
FEDERATION = "test-federation"
EXERCISE = "TEST-EXERCISE"
COUNTRIES = {"kr": "KR", "jp": "JP", "us": "US", "au": "AU", "uk": "GB"}
SECRETS = {partner: Ed25519PrivateKey.from_private_bytes(partner.ljust(32, "x").encode()) for partner in COUNTRIES}
KINDS = (
    "acknowledge",
    "shown",
    "shelve",
    "unshelve",
    "reset",
    "retract",
    "stance",
    "split",
    "merge",
    "draft",
    "sign",
    "refuse",
    "withdraw",
)
POLICY = """
[[rules]]
name = "all-to-the-circle"
action = "allow"
circle = "trilateral"
"""


def at(seconds: float) -> Now:
    """Both clocks that many seconds after the start."""
    time_ns = START_NS + seconds_to_ns(seconds)
    return Now(time_ns, time_ns)


def public_key(partner: str, mode: Mode = Mode.EXERCISE) -> PublicKey:
    public = SECRETS[partner].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return PublicKey(partner=partner, mode=mode, key=f"{partner}-key", public=public)


def configuration(node: str, policy: str = POLICY, mode: Mode = Mode.EXERCISE, **changes: Any) -> Configuration:
    members = tuple(Membership(partner=partner, from_ns=0) for partner in PARTNERS)
    settings: dict[str, Any] = {
        "node": node,
        "federation": FEDERATION,
        "mode": mode,
        "exercise": EXERCISE if mode is Mode.EXERCISE else "",
        "epoch": 1,
        "partners": PARTNERS,
        "sensors": (),
        "public_keys": tuple(public_key(partner, mode) for partner in PARTNERS),
        "circles": (Circle(circle="trilateral", title="The three", members=members),),
        "rules": parse_policy(policy, "test policy").rules,
        "terms": parse_policy(policy, "test policy").terms,
        "roles": (Role(role="watch", kinds=KINDS),),
        "label": Label(releasable_to=PARTNERS),
        "area_set": "2026.11",
        "country": COUNTRIES[node],
    }
    return Configuration(**(settings | changes))


class Script(Memoryless):
    """Stands where the analysis would: gives the bodies that the test has laid out under the text of a `Health` input."""

    name = "script"
    takes = (Health,)

    def __init__(self) -> None:
        self.bodies: dict[str, list[Given]] = {}

    def handle(self, item: Item[Health], now: Now) -> list[Given]:
        return self.bodies.pop(item.body.text, [])


class Node:
    """One nation's core from the link on."""

    def __init__(self, code: str, **changes: Any) -> None:
        self.configuration = configuration(code, **changes)
        self.code = code
        self.script = Script()
        self.pipeline = Pipeline(self.configuration, [self.script, *self.rooms()])
        self.items: list[Item[Any]] = []

    def rooms(self) -> list[Any]:
        kinds = (Link, Desk, Warn, AlertRoom, AlertIssue, Notices, AlarmRoom, Consult, Statements, ReleaseRoom, Send)
        made = [kind(self.configuration) for kind in kinds]
        self.weighing = [room for room in made if isinstance(room, AlertRoom | Notices)]
        return made

    def restart(self) -> None:
        """A new process that takes up the snapshot."""
        snapshot = self.pipeline.snapshot()
        self.pipeline = Pipeline(self.configuration, [self.script, *self.rooms()])
        self.pipeline.restore(snapshot)

    def step(self, now: Now, body: Any) -> list[Any]:
        items = self.pipeline.step(now, body)
        if not isinstance(body, Tick) and any(room.due().reached(now) for room in self.weighing):
            items += self.pipeline.step(now, Tick())  # as every node does at once
        self.items += items
        return [item.body for item in items[1:]]

    def say(self, now: Now, *bodies: Given) -> list[Any]:
        """Let the analysis conclude these."""
        self.script.bodies["x"] = list(bodies)
        return self.step(now, Health(part="test", state="up", text="x"))

    def tick(self, now: Now) -> list[Any]:
        return self.step(now, Tick())

    def command(self, now: Now, kind: str, about: str, **arguments: str) -> list[Any]:
        command = Command(command="c1", kind=kind, actor="An Officer", role="watch", about=about, arguments=arguments)
        return self.step(now, command)

    def sealed(self, outgoing: Outgoing, **changes: Any) -> bytes:
        settings: dict[str, Any] = {
            "federation": FEDERATION,
            "mode": self.configuration.mode,
            "exercise": self.configuration.exercise,
            "issuer": self.code,
            "key": f"{self.code}-key",
            "sign": SECRETS[self.code].sign,
        }
        return seal(outgoing, **(settings | changes))

    def hear(self, now: Now, sender: "Node", outgoing: Outgoing) -> list[Any]:
        envelope = sender.sealed(outgoing)
        return self.step(now, Received(claimed=sender.code, lane=outgoing.lane, envelope=envelope))

    def last(self, kind: type, origin: str | None = None) -> Any:
        """The newest body of a type."""
        found = [i.body for i in self.items if isinstance(i.body, kind) and origin in (None, i.head.origin)]
        return found[-1] if found else None


def outgoing_of(bodies: list[Any], recipient: str, kind: str | None = None) -> list[Outgoing]:
    return [
        one for one in bodies if isinstance(one, Outgoing) and one.recipient == recipient and kind in (None, one.kind)
    ]


def point(latitude_deg: float, longitude_deg: float, seconds: float, semi_m: float = 8_000.0) -> PointEstimate:
    return PointEstimate(
        latitude_rad=math.radians(latitude_deg),
        longitude_rad=math.radians(longitude_deg),
        time_ns=START_NS + seconds_to_ns(seconds),
        sigma_time_s=3.0,
        semi_major_m=semi_m,
        semi_minor_m=semi_m / 2,
        bearing_rad=0.5,
    )


def estimate(
    seconds: float, track: str = "T1", launch: PointEstimate | None = None, impact: PointEstimate | None = None
) -> Estimate:
    return Estimate(
        track=track,
        time_ns=at(seconds).exercise_ns,
        launch=launch or point(39.123456, 125.987654, 0.0),
        impact=impact,
        apogee_m=900_123.0,
        range_m=1_001_234.0 if impact else None,
        bearing_rad=1.1,
        ballistic=True if impact else None,
    )
