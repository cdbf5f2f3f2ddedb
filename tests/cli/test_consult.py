"""`bongsu consult`: over a record that a core wrote, and against a console that answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from bongsu.adapters.store import Durability
from bongsu.cli.main import exit_code_of
from bongsu.console.app import Doors, create
from bongsu.core.pipeline import Pipeline
from bongsu.ledger.dispatches.text import read
from bongsu.model.command import Command
from bongsu.model.configuration import Configuration
from bongsu.model.health import Health
from bongsu.model.message import Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.statement import JointStatement, Signature
from bongsu.node.engine import open_engine
from bongsu.node.signing import signed
from tests.console.node import Node as ConsoleNode
from tests.console.node import Served, served
from tests.core.harness import PARTNERS, SECRETS, Node, Script, at, estimate, outgoing_of, point
from tests.core.inform.test_statements import SEA


def signer(code: str) -> Any:
    return lambda content: (f"{code}-key", SECRETS[code].sign(content))


def write_record(folder: Path, mode: Mode, signing: tuple[str, ...] = PARTNERS) -> None:
    """Korea's record: its own and Japan's warning, a draft, signatures of these, a revision that all sign again."""
    policy = (resources.files("bongsu.core.exchange") / "default_policy.toml").read_text(encoding="utf-8")
    kr, jp, us = (Node(code, mode=mode, policy=policy) for code in ("kr", "jp", "us"))
    script, partners = Script(), {"jp": jp, "us": us}

    def build(configuration: Configuration) -> Pipeline:
        return Pipeline(configuration, [script, *kr.rooms()])

    engine = open_engine(folder, kr.configuration, build, at(0), signer("kr"), Durability.MEMORY_SPEED)
    seconds = 10.0

    def step(body: Any) -> list[Any]:
        nonlocal seconds
        seconds += 1.0
        bodies = [item.body for item in engine.step(at(seconds), body)]
        for code, partner in partners.items():
            for one in outgoing_of(bodies, code):
                partner.step(at(seconds), Received(claimed="kr", lane=one.lane, envelope=kr.sealed(one)))
        return bodies

    def hear(sender: Node, outgoing: list[Outgoing]) -> None:
        for one in outgoing:
            step(Received(claimed=sender.code, lane=one.lane, envelope=sender.sealed(one)))

    script.bodies["x"] = [estimate(10, impact=SEA)]
    step(Health(part="test", state="up", text="x"))
    hear(jp, outgoing_of(jp.say(at(12), estimate(12, impact=point(41.05, 139.0, 705.0))), "kr"))
    for arguments in ({}, {"revises": "kr-S1", "note": "Corrected."}):
        given = step(
            Command(command="d", kind="draft", actor="A", role="watch", about="kr-V1",
                    arguments={"circle": "trilateral", **arguments})
        )  # fmt: skip
        joint = next(body for body in given if isinstance(body, JointStatement))
        what = {"digest": joint.digest, "circle": "trilateral"}
        version = joint.statement.version
        for code in signing:
            command = Command(
                command=f"s-{code}",
                kind="sign",
                actor="A",
                role="watch",
                about="kr-S1",
                version=version,
                arguments=what,
            )
            if code == "kr":
                assert [b.vote for b in step(command) if isinstance(b, Signature)] == ["sign"], "signed as it entered"
                continue
            partner = partners[code]
            bodies = partner.step(at(seconds), signed(command, partner.configuration, signer(code)))
            hear(partner, outgoing_of(bodies, "kr"))
    engine.close()


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("records")
    write_record(root / "real", Mode.REAL)
    write_record(root / "exercise", Mode.EXERCISE)
    write_record(root / "waiting", Mode.REAL, ("kr", "us"))
    return {name: root / name for name in ("real", "exercise", "waiting")}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = exit_code_of(["consult", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_bulletin_reads_back_as_a_dispatch(records: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "bulletin", str(records["real"]), "kr-S1")
    assert code == 0
    dispatch = read(out, "ours")
    assert dispatch.slug == "JOINT STATEMENT-TRILATERAL-KR-S1"
    assert (dispatch.revision.mark, dispatch.revision.changes) == ("LEAD", ("UPDATES throughout",))
    assert dispatch.dateline is not None and (dispatch.dateline.place, dispatch.dateline.day) == ("KR", "2023-11-14")
    assert dispatch.end_mark == "(END)" and any("flew about" in paragraph for paragraph in dispatch.body)


@pytest.mark.parametrize(("language", "mark"), [("en", "EXERCISE"), ("ko", "훈련"), ("ja", "訓練")])
def test_a_drills_bulletin_is_marked_everywhere_and_never_public(
    records: dict[str, Path], capsys: pytest.CaptureFixture[str], language: str, mark: str
) -> None:
    folder = str(records["exercise"])
    code, out, err = run(capsys, "bulletin", folder, "kr-S1", "--language", language)
    assert code == 1 and out == "" and "not released to public" in err
    code, out, _ = run(capsys, "bulletin", folder, "kr-S1", "--language", language, "--to", "file")
    assert code == 0 and out.startswith("EXERCISE-")
    paragraphs = [line for line in out.split("\n") if line]
    unmarked = [line for line in paragraphs if mark not in line and not line.startswith("(")]
    assert [line for line in unmarked if not line.startswith("EXERCISE-")] == []


@pytest.mark.parametrize(
    ("arguments", "fault"), [(["kr-S1"], "kr-S1 is not adopted"), (["kr-S9"], "no statement 'kr-S9'")]
)
def test_what_is_not_adopted_has_no_bulletin(
    records: dict[str, Path], capsys: pytest.CaptureFixture[str], arguments: list[str], fault: str
) -> None:
    code, out, err = run(capsys, "bulletin", str(records["waiting"]), *arguments)
    assert code == 2 and out == "" and fault in err and len(err.splitlines()) == 1


def test_the_register_says_by_how_much_reporters_differ(
    records: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "register", str(records["real"]))
    assert code == 0
    assert "impact_time_ns: agreed, by 5 s" in out and "JP" in out
    code, out, _ = run(capsys, "register", str(records["real"]), "--history", "--json")
    versions = json.loads(out)["kr-V1"]
    assert len(versions) == 2 and {claim["reporter"] for claim in versions[-1]["claims"]} == {"kr", "jp"}
    code, _, err = run(capsys, "register", str(records["real"]), "--event", "kr-V9")
    assert code == 2 and "known are: kr-V1" in err


@pytest.fixture
def console() -> Iterator[tuple[ConsoleNode, Served]]:
    node = ConsoleNode(60)
    with served(create(node.feed, node.desk, "kr-1")) as serving:
        yield node, serving


def test_a_statement_is_read_and_signed_over_a_console(
    console: tuple[ConsoleNode, Served], capsys: pytest.CaptureFixture[str]
) -> None:
    node, serving = console
    joint = joint_statement()
    node.tell(joint)
    where = ["--console", serving.address]
    code, out, _ = run(capsys, "show", "kr-S1", *where)
    assert code == 0 and joint.digest in out and "missing JP, KR, US" in out
    code, out, _ = run(capsys, "list", "--json", *where)
    assert [one["statement"] for one in json.loads(out)["statements"]] == ["kr-S1"]
    code, _, _ = run(capsys, "sign", "kr-S1", "--digest", joint.digest, *where)
    assert code == 0
    command = node.desk.of("sign")[0]
    assert (command.about, command.version, command.arguments) == (
        "kr-S1",
        1,
        {"circle": "trilateral", "digest": joint.digest},
    )
    assert run(capsys, "refuse", "kr-S1", "--reason", "no", "--role", "observe", *where)[0] == 1
    code, _, err = run(capsys, "sign", "kr-S9", *where)
    assert code == 2 and "known are: kr-S1" in err
    assert run(capsys, "stance", "kr-E1", "--on", "jp", *where)[0] == 2
    assert run(capsys, "stance", "kr-E1", "--on", "jp", "--differ", "range", *where)[0] == 0


class NoAccounts:
    """A node where nobody has an account yet: whoever asks is asked to log in."""

    def roles(self, name: str) -> tuple[str, ...] | None:
        return None

    def check(self, name: str, password: str) -> tuple[str, ...] | None:
        return None


@pytest.mark.parametrize(
    "arguments", [["list"], ["show", "kr-S1"], ["draft", "kr-E1", "--circle", "trilateral"], ["withdraw", "kr-S1"]]
)
def test_a_console_that_asks_for_a_log_in_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    node = ConsoleNode(60)
    with served(create(node.feed, node.desk, "kr-1", Doors(NoAccounts()))) as serving:
        code, out, err = run(capsys, *arguments, "--console", serving.address)
    assert code == 2 and out == "" and len(err.splitlines()) == 1
    assert "asks for a log-in" in err and serving.address in err
    assert node.desk.commands == []


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "nonsense"])
def test_a_console_that_is_not_there_is_one_line(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "list", "--console", address)
    assert code == 2 and len(err.splitlines()) == 1 and address in err


def joint_statement() -> JointStatement:
    """A draft of Korea's as its own node first tells it."""
    node = Node("kr")
    node.say(at(10), estimate(10, impact=SEA))
    node.command(at(11), "draft", "kr-V1", circle="trilateral")
    joint: JointStatement = node.last(JointStatement)
    return joint
