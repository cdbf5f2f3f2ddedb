"""A warning that was taken back stands open until each holder and each console there has said so; what cannot say so is listed apart."""

from __future__ import annotations

from msgspec.structs import replace

from bongsu.model.alert_draft import AlertDocument
from bongsu.model.configuration import Terms
from bongsu.model.event import Event
from bongsu.model.head import Item
from bongsu.model.message import Lane, Release
from bongsu.model.receipt import Shown
from bongsu.model.wording import AlertStage
from bongsu.views import takebacks
from bongsu.views.picture import Picture
from tests.core.harness import Node, at, estimate, point


def shown(kr: Node, seconds: float, partner: str, console: str, version: int) -> None:
    """A console's word, as the link gives it."""
    now = at(seconds)
    body = Shown(partner=partner, warning="kr-E1", version=version, time_ns=now.exercise_ns, console=console)
    head = replace(
        kr.items[-1].head,
        id=f"{partner}-{seconds}",
        receipt_ns=now.exercise_ns,
        link_ns=now.link_ns,
        origin=partner,
    )
    kr.items.append(Item(head, body))


def retracted() -> Node:
    """kr-E1 at jp (two consoles) and us (one); taken back at 40 s."""
    kr = Node("kr")
    kr.say(at(10), estimate(10, impact=point(41.0, 139.0, 900.0)))
    shown(kr, 11, "jp", "tokyo-1", 1)
    shown(kr, 12, "jp", "tokyo-2", 1)
    shown(kr, 13, "us", "hawaii", 1)
    kr.command(at(40), "retract", "kr-E1", reason="wrong")
    return kr


def view(kr: Node) -> takebacks.TakeBackView:
    (found,) = takebacks.fold("kr", kr.items).views()
    return found


def test_nothing_is_taken_back_before_it_is() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    assert takebacks.fold("kr", kr.items).views() == []
    assert takebacks.fold("kr", kr.items).view("kr-E1") is None


def test_it_is_open_until_the_last_console_of_each_holder_shows_it() -> None:
    kr = retracted()
    assert [one.version for one in view(kr).holders] == [1, 1]
    for number, (partner, console) in enumerate((("jp", "tokyo-1"), ("us", "hawaii"))):
        shown(kr, 42 + number, partner, console, 2)
        assert view(kr).open
    last = view(kr)
    assert [(one.recipient, one.confirmed_ns) for one in last.holders] == [
        ("jp", at(42).exercise_ns),
        ("us", at(43).exercise_ns),
    ]
    late = [screen.console for one in last.holders for screen in one.consoles if screen.confirmed_ns is None]
    assert late == ["tokyo-2"], "JP has confirmed, but one of its consoles still shows the old version"
    assert (last.share_s(last.holder_ns, 0.5), last.share_s(last.holder_ns, 1.0)) == (2.0, 3.0)
    assert (last.share_s(last.console_ns, 0.5), last.share_s(last.console_ns, 0.95)) == (3.0, None)
    shown(kr, 50, "jp", "tokyo-2", 2)
    assert not view(kr).open
    assert view(kr).share_s(view(kr).console_ns, 1.0) == 10.0


def test_a_holder_that_never_showed_it_must_confirm_too() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    kr.command(at(20), "retract", "kr-E1", reason="wrong")
    assert [(one.recipient, one.version, one.confirmed_ns) for one in view(kr).holders] == [
        ("jp", 0, None),
        ("us", 0, None),
    ]
    assert view(kr).open


def test_exits_and_onward_recipients_stand_apart_and_are_not_waited_for() -> None:
    kr = Node("kr", terms=(Terms(terms="to-au", recipient="us", onward=("au",)),))
    kr.say(at(10), estimate(10, impact=point(41.0, 139.0, 900.0)))
    head, event = kr.items[-1].head, kr.last(Event)
    document = AlertDocument(
        document="d",
        chain="c",
        event=event.event,
        number=1,
        stage=AlertStage.ALERT,
        kind="impact",
        audience="public",
        confirmed=True,
        time_ns=head.receipt_ns,
        areas=(),
        content=b"",
    )
    out = Release(recipient="public", lane=Lane.PROMPT, kind="alert_document", subject="s", body=b"{}", item="kr-doc")
    kr.items += [Item(replace(head, id="kr-doc"), document), Item(head, out)]
    kr.command(at(20), "retract", "kr-E1", reason="wrong")
    assert view(kr).apart == ("public: alert_document",)
    assert view(kr).onward == ("us>au",)
    assert [one.recipient for one in view(kr).holders] == ["jp", "us"]


def test_the_picture_has_it_and_a_fork_goes_its_own_way() -> None:
    kr = retracted()
    picture = Picture(kr.configuration)
    for item in kr.items:
        picture.apply(item)
    fork = picture.fork()
    shown(kr, 42, "jp", "tokyo-1", 2)
    picture.apply(kr.items[-1])
    (now,) = next(iter(picture.view().events.values())).takebacks
    (then,) = next(iter(fork.view().events.values())).takebacks
    assert [one.confirmed_ns for one in then.holders] == [None, None]
    assert [one.confirmed_ns for one in now.holders] == [at(42).exercise_ns, None]
