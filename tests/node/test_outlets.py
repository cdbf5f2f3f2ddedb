"""The courier: bounded tries, everything told to the record, nobody held up, and what a restart still owes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from bongsu.adapters.cap_seal import open_sealed
from bongsu.adapters.outlets.world import OutletError, Published
from bongsu.base.errors import BadInput
from bongsu.base.limits_alerts import ALERT_EXPIRES_S, OUTLET_LONGEST_WAIT_S, OUTLET_QUEUE_COUNT, OUTLET_TRIES
from bongsu.core.pipeline import Pipeline
from bongsu.model.alert_draft import OutletReport
from bongsu.model.configuration import Configuration
from bongsu.model.health import Health
from bongsu.model.mode import Mode
from bongsu.model.wording import AlertStage
from bongsu.node.alerting import Alerting, read_alerting
from bongsu.node.engine import open_engine
from bongsu.node.outlets import Courier, build_courier
from bongsu.wire.cap12_types import CapError
from tests.adapters.outlet_world import document, gateway, release
from tests.core.harness import Script, at, configuration
from tests.wire.cap12_samples import NAMES


class Stub:
    """An outlet that fails so often before it takes anything."""

    def __init__(self, name: str = "stub", failures: int = 0, error: type[Exception] | None = None) -> None:
        self.name = name
        self.recipient = "public"
        self.failures = failures
        self.error = error
        self.got: list[str] = []

    async def put(self, document: Published, sealed: bytes | None = None) -> None:
        if self.error is CapError:
            raise CapError("mode", "alert/status", "of another world")
        if self.failures:
            self.failures -= 1
            raise OutletError("down", "wait")
        self.got.append(document.document)


def carried(outlets: list[Any], *releases: Any) -> tuple[list[Any], list[float], Courier]:
    told: list[Any] = []
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0)

    async def run() -> Courier:
        courier = Courier(outlets, None, told.append, sleep)
        for one in releases:
            courier.offer(one)
        courier.start()
        await asyncio.wait_for(courier.settled(), 20)
        await courier.close()
        return courier

    return told, waits, asyncio.run(run())


def test_an_outlet_that_comes_back_gets_everything_in_order_and_the_record_knows() -> None:
    stub = Stub(failures=3)
    told, waits, courier = carried([stub], release(), release(stage=AlertStage.PASSED), release(recipient="file"))
    assert stub.got == [document().document, document(stage=AlertStage.PASSED).document]
    reports = [one for one in told if isinstance(one, OutletReport)]
    assert [(one.state, one.tries) for one in reports] == [("accepted", 4), ("accepted", 1)]
    assert [(one.part, one.state) for one in told if isinstance(one, Health)] == [
        ("outlet stub", "degraded"),
        ("outlet stub", "up"),
    ]
    assert waits == [1.0, 2.0, 4.0]
    assert (courier.counts["stub"].accepted, courier.counts["stub"].tries) == (2, 5)


def test_tries_are_bounded_and_what_is_of_another_world_is_tried_once() -> None:
    down, other, good = Stub("down", failures=10**6), Stub("other", error=CapError), Stub("good")
    told, waits, _ = carried([down, other, good], release())
    reports = {one.outlet: (one.state, one.tries) for one in told if isinstance(one, OutletReport)}
    assert reports == {"down": ("failed", OUTLET_TRIES), "other": ("refused", 1), "good": ("accepted", 1)}
    assert len(waits) == OUTLET_TRIES - 1 and max(waits) <= OUTLET_LONGEST_WAIT_S
    assert [one.state for one in told if isinstance(one, Health)] == ["degraded", "down"]


def test_a_full_queue_refuses_aloud_and_offer_never_waits() -> None:
    told: list[Any] = []

    async def run() -> None:
        courier = Courier([Stub(failures=10**6)], None, told.append)
        for _ in range(OUTLET_QUEUE_COUNT + 2):
            courier.offer(release())

    asyncio.run(run())
    assert [one.state for one in told] == ["failed", "failed"] and "too many" in told[0].text


def test_a_slow_webhook_holds_up_no_file(tmp_path: Path) -> None:
    told: list[Any] = []

    async def run() -> None:
        async with gateway() as hook:
            hook.answer = lambda: None
            courier = build_courier(
                alerting(tmp_path, hook.url), configuration("kr", exercise=NAMES[Mode.EXERCISE]), told.append
            )
            assert courier is not None
            courier.start()
            courier.offer(release())
            while not any(isinstance(one, OutletReport) for one in told):
                await asyncio.wait_for(asyncio.sleep(0.01), 5)
            await courier.close()

    asyncio.run(asyncio.wait_for(run(), 20))
    assert [(one.outlet, one.state) for one in told if isinstance(one, OutletReport)] == [("folder", "accepted")]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"{document().document}.xml"]


ALERTING = """
sender = "alerts@example.kr"
offset_minutes = 540
{keys}
names = {{ en = "Civil Protection", ko = "민방위", ja = "国民保護" }}
short_names = {{ en = "CP", ko = "민방위", ja = "国民保護" }}
more = {{ en = "a.example", ko = "a.example", ja = "a.example" }}
zones = {{ en = "KST", ko = "KST", ja = "KST" }}
"""


def alerting(folder: Path, url: str = "", keys: str = "", outlets: str = "", mode: Mode = Mode.EXERCISE) -> Alerting:
    tables = outlets or '[[outlets]]\nname = "folder"\nkind = "file"\npath = "out"\n'
    tables += f'[[outlets]]\nname = "hook"\nkind = "webhook"\nurl = "{url}"\n' if url else ""
    path = folder / "alerting.toml"
    path.write_text(ALERTING.format(keys=keys) + tables, encoding="utf-8")
    exercise = NAMES[Mode.EXERCISE] if mode is Mode.EXERCISE else ""
    return read_alerting(path, mode, "kr", exercise, "KR", "2026.11")


@pytest.mark.parametrize(
    ("outlets", "fault"),
    [
        ('[[outlets]]\nname = "a"\nkind = "file"\npath = "x"\ntakes = "real"\n', "takes mode real"),
        ('[[outlets]]\nname = "a"\nkind = "webhook"\nurl = "http://far.example/"\n', "not a safe address"),
        ('[[outlets]]\nname = "a"\nkind = "webhook"\npath = "x"\n', "does not fit its kind"),
        ('[[outlets]]\nname = "a b"\nkind = "file"\npath = "x"\n', "is not a name"),
    ],
)
def test_an_outlet_that_does_not_fit_is_one_line(outlets: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=fault):
        alerting(tmp_path, outlets=outlets)


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SIMULATION])
def test_a_replay_or_simulation_may_name_no_outlet(mode: Mode, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no outlets"):
        alerting(tmp_path, mode=mode)
    with pytest.raises(BadInput, match="a real alert leaves sealed"):
        alerting(tmp_path, mode=Mode.REAL)


def test_what_leaves_is_sealed_with_the_nations_key(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    from bongsu.drill.alert_files import _sealer

    key, certificate = _sealer("kr", 1, 1_700_000_000_000_000_000)
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    read = alerting(tmp_path, keys='seal_key = "key.pem"\nseal_certificate = "cert.pem"')
    told: list[Any] = []

    async def run() -> None:
        courier = build_courier(read, configuration("kr", exercise=NAMES[Mode.EXERCISE]), told.append)
        assert courier is not None
        courier.start()
        courier.offer(release())
        await asyncio.wait_for(courier.settled(), 20)
        await courier.close()

    asyncio.run(run())
    (path,) = (tmp_path / "out").iterdir()
    sealed = path.read_bytes()
    opened = open_sealed(sealed, [certificate], 1_700_000_100_000_000_000)
    assert opened.read.alert.identifier == document().document
    spoilt = etree.fromstring(sealed)
    spoilt[0].text = "another"
    with pytest.raises(CapError):
        open_sealed(etree.tostring(spoilt), [certificate], 1_700_000_100_000_000_000)
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(BadInput, match="is not a readable key"):
        build_courier(read, configuration("kr", exercise=NAMES[Mode.EXERCISE]), told.append)


def test_a_restart_owes_what_no_outlet_reported_and_that_has_not_expired(tmp_path: Path) -> None:
    first, second = release(), release(stage=AlertStage.PASSED)

    def build(made: Configuration) -> Pipeline:
        script = Script()
        script.bodies = {"first": [first], "second": [second]}
        return Pipeline(made, [script])

    engine = open_engine(tmp_path, configuration("kr"), build, at(0))
    engine.step(at(1), Health(part="test", state="up", text="first"))
    engine.step(at(1000), Health(part="test", state="up", text="second"))
    engine.step(at(1001), OutletReport(outlet="a", document=document().document, state="accepted"))
    engine.close()
    again = open_engine(tmp_path, configuration("kr"), build, at(1002))
    outlets = {"a": "public", "b": "public", "c": "file"}
    owed = again.undelivered(outlets, at(1002).exercise_ns)
    assert [(one.item, names) for one, names in owed] == [(first.item, ["b"]), (second.item, ["a", "b"])]
    assert [one.item for one, _ in again.undelivered(outlets, at(1002 + ALERT_EXPIRES_S - 500).exercise_ns)] == [
        second.item
    ]
    again.close()
