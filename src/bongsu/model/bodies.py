"""All bodies that stand in a record, as one tagged union: a new noun that the core takes or gives gets its line here."""

from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDocument, AlertDraft, OutletReport
from bongsu.model.carried import Carried
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.consultation import Consultation
from bongsu.model.decision import Decision
from bongsu.model.delivery import Delivery
from bongsu.model.estimate import Estimate
from bongsu.model.event import Event
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.freshness import Freshness
from bongsu.model.health import Dropped, Health
from bongsu.model.hold import Hold, HoldSignal
from bongsu.model.message import Outgoing, Received, Release, Unreadable
from bongsu.model.pending import Pending
from bongsu.model.receipt import Acknowledged, GapRequest, Heartbeat, Receipt, Shown
from bongsu.model.refusal import Refusal, Refused
from bongsu.model.register import Register
from bongsu.model.scan import RawScan, Scan
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.sensor import SensorFault, SensorStatus
from bongsu.model.stance import Stance
from bongsu.model.statement import JointStatement, Signature, Statement
from bongsu.model.tick import Tick
from bongsu.model.track import Track
from bongsu.model.warning import Path, Warning

Input = (
    Configuration
    | Carried
    | RawScan
    | SensorStatus
    | Received
    | Command
    | Tick
    | Health
    | Dropped
    | ExerciseOrder
    | OutletReport
    | HoldSignal
    | Refusal
)
"""What enters a core from outside: all that a replay needs. A `Refusal` enters where a feed cannot even read a line."""

Output = (
    Scan
    | SensorFault
    | Track
    | Estimate
    | Warning
    | Path
    | Event
    | Alarm
    | Alert
    | AlertDraft
    | AlertDocument
    | SeaNotice
    | Consultation
    | Stance
    | Register
    | Statement
    | Signature
    | JointStatement
    | Hold
    | Approved
    | Decision
    | Release
    | Pending
    | Outgoing
    | Receipt
    | GapRequest
    | Shown
    | Acknowledged
    | Heartbeat
    | Delivery
    | Freshness
    | Refusal
    | Refused
    | Unreadable
)
"""What the rooms give."""

Body = Input | Output
