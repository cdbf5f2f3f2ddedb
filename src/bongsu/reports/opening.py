"""The two opening sentences of a review: what happened, and what sharing bought."""

from typing import Any


def what_happened(review: dict[str, Any], title: str) -> str:
    """First sentence: launches, who warned when, how it ended."""
    launches = review["launches"]
    true = [launch for launch in launches if launch["truth"] is not None]
    false = len(launches) - len(true)
    parts = []
    if true:
        first = _first_warning(true)
        flew = "one object flew" if len(true) == 1 else f"{len(true)} objects flew"
        parts.append(f"{flew}{first}")
    if false:
        taken_back = [one for one in review["retractions"] if one["holders"] == one["confirmed"]]
        how = (
            "and it was retracted at every holder"
            if len(taken_back) >= false
            else "and its retraction did not reach every holder"
        )
        parts.append(f"{'one warning was' if false == 1 else f'{false} warnings were'} of nothing that flew, {how}")
    met = sum(1 for one in review["expectations"] if one["met"])
    asked = len(review["expectations"])
    verdict = "every expectation was met" if met == asked else f"{met} of {asked} expectations were met"
    return f"In {title}, {'; '.join(parts) or 'nothing was launched'}; {verdict}."


def _first_warning(launches: list[dict[str, Any]]) -> str:
    found = [
        (measures["first_own_warning_s"], nation)
        for launch in launches
        for nation, measures in launch["nodes"].items()
        if measures["first_own_warning_s"] is not None
    ]
    if not found:
        return ", and nobody warned"
    seconds, nation = min(found)
    return f" and {nation} warned first, {seconds:.0f} s after launch"


def what_sharing_bought(review: dict[str, Any]) -> str:
    """Second sentence: seconds gained and ellipses shrunk for each nation, against the same seed with the links cut."""
    parts = [_bought(nation, gain) for nation, gain in sorted(review["sharing"].items())]
    told = [part for part in parts if part]
    if not told:
        return "What sharing bought could not be measured: no nation had a warning both with and without its partners."
    return f"Sharing bought {'; '.join(told)}, against the same flights with the links cut."


def _bought(nation: str, gain: dict[str, Any]) -> str:
    words = []
    seconds = gain["seconds_gained"]
    if seconds is not None:
        words.append(f"{seconds:.0f} s to the first warning" if seconds >= 0.5 else "no time to the first warning")
    shrink = gain["ellipse_shrink"]
    if shrink is not None:
        words.append(f"an impact ellipse {shrink:.1f} times smaller" if shrink >= 1.05 else "no smaller impact ellipse")
    return f"{nation} {' and '.join(words)}" if words else ""
