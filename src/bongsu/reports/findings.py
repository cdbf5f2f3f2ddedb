"""Strengths and areas for improvement, drawn from the measures by stated rules; what a planner thinks of them goes into the improvement plan."""

from typing import Any

from bongsu.reports.texts import Text, code, names, plain, say

_OUTSIDE_D2 = 5.991
"""95 % of a plane Gaussian: the stated ellipse of impact does not hold the true place beyond."""


def strengths(review: dict[str, Any]) -> list[Text]:
    """What went as one wishes it to."""
    found = [
        say("strength.objective", objective=_objective(one), asked=one["asked"])
        for one in review.get("objectives", [])
        if one["rating"] == "P"
    ]
    exchange = review["exchange"]
    if exchange["sent"] and not (exchange["lost"] or exchange["applied_twice"] or exchange["leaked"]):
        found.append(say("strength.exchange", sent=exchange["sent"]))
    for node, gain in sorted(review["sharing"].items()):
        if gain["seconds_gained"] is not None and gain["seconds_gained"] >= 1.0:
            found.append(say("strength.gained", node=code("nation", node), seconds=f"{gain['seconds_gained']:.0f}"))
    siap = review.get("siap") or {}
    if siap.get("completeness") == 1.0 and siap.get("ambiguity") == 1.0 and siap.get("spurious") == 0.0:
        found.append(say("strength.counted"))
    found += [
        say("strength.areas", node=node, launch=launch)
        for launch, node, at in _each(review)
        if at["areas_at_risk"] and not _missed(at)
    ]
    found += [
        say("strength.retracted", event=one["event"], seconds=f"{one['p100_s']:.1f}")
        for one in review["retractions"]
        if one["holders"] and one["p100_s"] is not None
    ]
    return found


def improvements(review: dict[str, Any]) -> list[Text]:
    """What fell short, each a row of the improvement plan."""
    found = [say("improve.expectation", text=plain(one["text"])) for one in review["expectations"] if not one["met"]]
    exchange = review["exchange"]
    for name, key in (("lost", "lost"), ("applied_twice", "twice"), ("leaked", "leaked")):
        if exchange[name]:
            found.append(say(f"improve.{key}", **{key: exchange[name]}))
    for launch, node, at in _each(review):
        missed, extra = _missed(at), [area for area in at["areas_alerted"] if area not in at["areas_at_risk"]]
        if missed:
            found.append(say("improve.missed", node=node, launch=launch, areas=names(missed)))
        if extra:
            found.append(say("improve.extra", node=node, launch=launch, areas=names(extra)))
        known = str(review.get("reference", "truth")) == "truth"
        if known and at["impact_d2"] is not None and at["impact_d2"] > _OUTSIDE_D2:
            found.append(say("improve.outside", node=node, launch=launch, d2=f"{at['impact_d2']:.1f}"))
    found += [
        say("improve.unanswered", node=one["node"], launch=one["launch"])
        for one in review.get("times", [])
        if one["unacknowledged"]
    ]
    found += _of_picture(review.get("siap") or {})
    found += [
        say("improve.unretracted", event=one["event"], confirmed=one["confirmed"], holders=one["holders"])
        for one in review["retractions"]
        if one["confirmed"] < one["holders"]
    ]
    found += [
        say("improve.differs", by=one["by"], about=one["about"], launch=one["launch"])
        for one in review.get("stances", [])
        if one["position"] == "differ"
    ]
    return found


def _objective(one: dict[str, Any]) -> Text:
    return plain(one["text"]) if one.get("text") else code("objective", one["objective"])


def _of_picture(siap: dict[str, Any]) -> list[Text]:
    found: list[Text] = []
    for node, at in siap.get("nodes", {}).items():
        if at["completeness"] is not None and at["completeness"] < 1.0:
            found.append(say("improve.unheld", node=node, share=f"{at['completeness'] * 100.0:.0f}"))
        if at["ambiguity"] is not None and at["ambiguity"] > 1.0:
            found.append(say("improve.doubled", node=node, ratio=f"{at['ambiguity']:.2f}"))
        if at.get("spurious_s"):
            found.append(say("improve.spurious", node=node, seconds=f"{at['spurious_s']:.0f}"))
    return found


def _each(review: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(launch["id"], node, at) for launch in review["launches"] for node, at in launch["nodes"].items()]


def _missed(at: dict[str, Any]) -> list[str]:
    return [area for area in at["areas_at_risk"] if area not in at["areas_alerted"]]
