"""The two opening sentences of a review: what happened, and what sharing bought."""

from typing import Any

from bongsu.reports.texts import Text, code, join, say


def what_happened(review: dict[str, Any], title: str) -> Text:
    """First sentence: launches, who warned when, how it ended."""
    launches = review["launches"]
    true = [launch for launch in launches if launch["truth"] is not None]
    false = len(launches) - len(true)
    parts = []
    if true:
        first = _first_warning(true)
        parts.append(say("opening.one" if len(true) == 1 else "opening.many", count=len(true), first=first))
    if false:
        parts.append(_taken_back(review, false))
    told = join(parts, "; ") if parts else say("opening.nothing")
    met = sum(1 for one in review["expectations"] if one["met"])
    asked = len(review["expectations"])
    if not asked:
        return say("opening.real", title=title, parts=told)
    verdict = say("opening.all_met") if met == asked else say("opening.some_met", met=met, asked=asked)
    return say("opening.whole", title=title, parts=told, verdict=verdict)


def _taken_back(review: dict[str, Any], false: int) -> Text:
    back = [one for one in review["retractions"] if one["holders"] == one["confirmed"]]
    how = say("opening.retracted" if len(back) >= false else "opening.unretracted")
    return say("opening.false_one" if false == 1 else "opening.false_many", count=false, how=how)


def _first_warning(launches: list[dict[str, Any]]) -> Text:
    found = [
        (measures["first_own_warning_s"], nation)
        for launch in launches
        for nation, measures in launch["nodes"].items()
        if measures["first_own_warning_s"] is not None
    ]
    if not found:
        return say("opening.nobody")
    seconds, nation = min(found)
    return say("opening.first", node=code("nation", nation), seconds=f"{seconds:.0f}")


def what_sharing_bought(review: dict[str, Any]) -> Text:
    """Second sentence: seconds gained and ellipses shrunk for each nation, against the same seed with the links cut."""
    parts = [_bought(nation, gain) for nation, gain in sorted(review["sharing"].items())]
    told = [part for part in parts if part is not None]
    if told:
        return say("opening.bought", parts=join(told, "; "))
    real = str(review.get("reference", "truth")) != "truth"
    return say("opening.unmeasured_real" if real else "opening.unmeasured")


def _bought(nation: str, gain: dict[str, Any]) -> Text | None:
    words: list[Text] = []
    seconds = gain["seconds_gained"]
    if seconds is not None:
        words.append(say("opening.seconds", seconds=f"{seconds:.0f}") if seconds >= 0.5 else say("opening.no_seconds"))
    shrink = gain["ellipse_shrink"]
    if shrink is not None:
        words.append(say("opening.smaller", times=f"{shrink:.1f}") if shrink >= 1.05 else say("opening.no_smaller"))
    if not words:
        return None
    together = words[0] if len(words) == 1 else say("opening.pair", one=words[0], other=words[1])
    return say("opening.node_bought", node=code("nation", nation), words=together)
