"""The configuration of a node: recorded first and at each change, so that record + commit = replay."""

from bongsu.model.alert_policy import AlertPolicy
from bongsu.model.circle import Circle
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.noun import Noun
from bongsu.model.sensor import Sensor


class PublicKey(Noun, frozen=True):
    """A partner's Ed25519 key (32 bytes) for one mode, valid from and until (None: open), by its key id."""

    partner: str
    mode: Mode
    key: str
    public: bytes
    from_ns: int | None = None
    until_ns: int | None = None


class Rule(Noun, frozen=True):
    """One line of a release policy. Empty text matches any; the most specific rule wins, a refusal wins a tie.

    `action` is allow, deny or coarsen; `field` a field of the wire body or empty for the kind as a whole; `parameters` belong to the action
    (`grid_deg`, `floor_m`, `round_m`, `period_s`).
    """

    rule: str
    action: str
    recipient: str = ""
    circle: str = ""
    kind: str = ""
    field: str = ""
    mode: str = ""
    parameters: dict[str, float] = {}  # noqa: RUF012 - msgspec copies the default
    reason: str = ""


class Terms(Noun, frozen=True):
    """One line of the terms under which a nation's items leave for partners. Empty text matches any; the most specific wins, fewer exits win a tie.

    `onward`: exits and partners to whom the recipient may pass it on, for `for_s` seconds from its issue (None: without end).
    """

    terms: str
    recipient: str = ""
    circle: str = ""
    kind: str = ""
    mode: str = ""
    onward: tuple[str, ...] = ()
    for_s: float | None = None
    reason: str = ""


class Marking(Noun, frozen=True):
    """A partner's marking (`classification` of its labelling `policy`) and the one of ours that it equals."""

    policy: str
    classification: str
    equals: str


class Role(Noun, frozen=True):
    """What a role may command, and from which level of escalation on an unanswered alarm calls it: 0 at once (see ALARM_LEVELS_COUNT)."""

    role: str
    kinds: tuple[str, ...]
    called: int = 0


class Configuration(Noun, frozen=True):
    """Everything of a node's settings that its core's outputs depend on.

    `hold`: how a HOLD goes to the partners of an exercise, `automatic` or `ask`; a release rule may deny it.
    """

    node: str
    federation: str
    mode: Mode
    exercise: str
    epoch: int
    partners: tuple[str, ...]
    sensors: tuple[Sensor, ...]
    public_keys: tuple[PublicKey, ...]
    circles: tuple[Circle, ...]
    rules: tuple[Rule, ...]
    roles: tuple[Role, ...]
    label: Label
    area_set: str
    country: str
    commit: str = ""
    alerting: AlertPolicy | None = None
    terms: tuple[Terms, ...] = ()
    markings: tuple[Marking, ...] = ()
    hold: str = "automatic"
