"""Salvos: by time and place of the launch, in order, a withdrawn word left out."""

from __future__ import annotations

from math import radians

from msgspec.structs import replace

from bongsu.base.units import seconds_to_ns
from bongsu.model.event import Event
from bongsu.model.warning import WarningStatus
from bongsu.views.picture import Picture
from bongsu.views.salvo import salvos
from tests.views.items import Teller, assessment, calm, estimate, event


def launched(
    name: str, seconds: float, latitude_deg: float = 39.1, status: WarningStatus = WarningStatus.UPDATE
) -> Event:
    known = estimate()
    assert known.launch is not None and known.launch.time_ns is not None
    launch = replace(
        known.launch, time_ns=known.launch.time_ns + seconds_to_ns(seconds), latitude_rad=radians(latitude_deg)
    )
    return event(assessment("kr", status=status, conclusion=replace(known, launch=launch)), name=name)


def test_launches_near_in_time_and_place_are_one_salvo() -> None:
    found = salvos([launched("E3", 200), launched("E1", 0), launched("E2", 90), launched("E9", 95, latitude_deg=45.0)])
    assert [(one.salvo, one.events) for one in found] == [("E1", ("E1", "E2", "E3"))]


def test_a_lone_launch_and_a_withdrawn_one_are_none() -> None:
    assert salvos([launched("E1", 0)]) == ()
    assert salvos([launched("E1", 0), launched("E2", 5, status=WarningStatus.RETRACTED)]) == ()
    assert salvos([launched("E1", 0), launched("E2", 500)]) == ()


def test_the_picture_names_salvos_and_towns() -> None:
    teller, picture = Teller(), Picture()
    for item in [*calm(teller), teller.item(70, launched("E1", 0)), teller.item(71, launched("E2", 30))]:
        picture.apply(item)
    view = picture.view()
    assert [one.events for one in view.salvos] == [("E1", "E2")]
    assert view.events["E1"].towns == (), "far out at sea"
    known = estimate()
    assert known.impact is not None
    seoul = replace(known.impact, latitude_rad=radians(37.6), longitude_rad=radians(127.0), semi_major_m=10_000.0)
    picture.apply(teller.item(72, event(assessment(conclusion=replace(known, impact=seoul)), version=2)))
    towns = picture.view().events["E1"].towns
    assert towns[0].names["en"] == "Seoul"
    assert [town.population for town in towns] == sorted((town.population for town in towns), reverse=True)
