"""The judge: each expectation of a scenario against what the records and the truth say. Nothing here knows how the drill was run.

A judge gives the sentence that the review shows (unless the scenario words its own) and whether it is met. A new kind of expectation is a Struct in
`expectations.py` and a judge in `_JUDGES`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bongsu.base.units import seconds_to_ns
from bongsu.drill import expectations as kinds
from bongsu.drill.scenario import Scenario
from bongsu.drill.truth import Flight
from bongsu.model.statement import JointStatement
from bongsu.views.folded import Folded, Said, event_subject
from bongsu.views.measures import Facts, Subjects
from bongsu.views.review import Exchange, Judged, Retraction, Sharing


@dataclass(frozen=True)
class Findings:
    """All that may be asked: `facts` by launch (or false alarm) and node, the records' folds by node, retractions with their launch."""

    scenario: Scenario
    flights: dict[str, Flight]
    folds: dict[str, Folded]
    known: Subjects
    facts: dict[str, dict[str, Facts]]
    exchange: Exchange
    sharing: dict[str, Sharing]
    retractions: list[tuple[str | None, Retraction]]

    def meant(self, expected: Any) -> str:
        """The launch that an expectation is about: the named one, or the only one."""
        return expected.launch or next(iter(self.facts))

    def of(self, expected: Any, node: str) -> Facts:
        """The facts of one node about it."""
        return self.facts[self.meant(expected)][node]


Verdict = tuple[str, bool]


def judge(findings: Findings) -> list[Judged]:
    """All verdicts, in the file's order."""
    told = []
    for expected in findings.scenario.expectations:
        text, met = _JUDGES[type(expected)](findings, expected)
        kind = str(expected.__struct_config__.tag)
        told.append(Judged(text=expected.text or text, met=bool(met), kind=kind, objective=expected.objective))
    return told


def _within(value_s: float | None, by_s: float | None) -> bool:
    return value_s is not None and (by_s is None or value_s <= by_s)


def _about(findings: Findings, expected: Any) -> str:
    """Names the launch where a scenario has more than one."""
    return f" of {findings.meant(expected)}" if len(findings.facts) > 1 else ""


def _warned(findings: Findings, expected: kinds.Warned) -> Verdict:
    at = findings.of(expected, expected.node).at
    first = [at.first_own_warning_s] if expected.own else [at.first_own_warning_s, at.first_partner_warning_s]
    seconds = min((one for one in first if one is not None), default=None)
    whose = "an own warning" if expected.own else "a warning"
    text = f"{expected.node} has {whose}{_about(findings, expected)} within {expected.by_s:g} s"
    return text, _within(seconds, expected.by_s)


def _hears(findings: Findings, expected: kinds.Hears) -> Verdict:
    heard_s = findings.of(expected, expected.node).heard_s.get(expected.origin)
    limit = "" if expected.by_s is None else f" within {expected.by_s:g} s"
    text = f"{expected.node} holds {expected.origin}'s warning{_about(findings, expected)}{limit}"
    return text, _within(heard_s, expected.by_s)


def _knows_before_own(findings: Findings, expected: kinds.KnowsBeforeOwn) -> Verdict:
    at = findings.of(expected, expected.node).at
    told_s, seen_s = at.first_partner_warning_s, at.first_detection_s
    text = f"{expected.node} is warned{_about(findings, expected)} by a partner at least {expected.min_s:g} s before its own sensors see it"
    return text, told_s is not None and (seen_s is None or told_s <= seen_s - expected.min_s)


def _final_status(findings: Findings, expected: kinds.FinalStatus) -> Verdict:
    last = [findings.of(expected, node).at.final_status for node in expected.nodes]
    text = f"the last status{_about(findings, expected)} at {_and(expected.nodes)} is {_or(expected.statuses)}"
    return text, all(status in expected.statuses for status in last)


def _had_status(findings: Findings, expected: kinds.HadStatus) -> Verdict:
    text = f"{expected.node}'s own warning{_about(findings, expected)} was once {expected.status}"
    return text, expected.status in findings.of(expected, expected.node).statuses


def _retracted(findings: Findings, expected: kinds.Retracted) -> Verdict:
    meant = findings.meant(expected)
    found = [one for subject, one in findings.retractions if subject == meant]
    text = (
        f"the warning of {meant} is retracted, and on every holder's screen within {expected.everywhere_within_s:g} s"
    )
    whole = [
        one.holders > 0 and one.confirmed == one.holders and _within(one.p100_s, expected.everywhere_within_s)
        for one in found
    ]
    return text, bool(whole) and all(whole)


def _impact_d2(findings: Findings, expected: kinds.ImpactD2) -> Verdict:
    values = [findings.of(expected, node).at.impact_d2 for node in expected.nodes]
    text = f"the last predicted impact{_about(findings, expected)} of {_and(expected.nodes)} lies within d2 {expected.most:g} of the true one"
    return text, all(_within(value, expected.most) for value in values)


def _launch_d2(findings: Findings, expected: kinds.LaunchD2) -> Verdict:
    values = [findings.of(expected, node).at.launch_d2 for node in expected.nodes]
    text = f"the last launch point{_about(findings, expected)} of {_and(expected.nodes)} lies within d2 {expected.most:g} of the true one"
    return text, all(_within(value, expected.most) for value in values)


def _launch_error(findings: Findings, expected: kinds.LaunchError) -> Verdict:
    values = [findings.of(expected, node).at.launch_error_km for node in expected.nodes]
    text = f"the last launch point{_about(findings, expected)} of {_and(expected.nodes)} lies within {expected.most_km:g} km of the true one"
    return text, all(_within(value, expected.most_km) for value in values)


def _truth_flight_time(findings: Findings, expected: kinds.TruthFlightTime) -> Verdict:
    meant = findings.meant(expected)
    launch = next(one for one in findings.scenario.launches if one.id == meant)
    said = [
        float(one.value)
        for one in launch.reported
        if (one.field, one.reporter) == ("flight_s", expected.reporter) and not isinstance(one.value, str)
    ]
    flown_s = findings.flights[meant].flight_s
    where = "within" if expected.inside else "further than"
    by = "of" if expected.inside else "from"
    text = f"the true flight{_about(findings, expected)} lasts {where} {expected.within_percent:g} % {by} what {expected.reporter} reported"
    near = any(abs(flown_s - value) <= expected.within_percent / 100.0 * value for value in said)
    return text, bool(said) and near is expected.inside


def _areas_alerted(findings: Findings, expected: kinds.AreasAlerted) -> Verdict:
    alerted = set(findings.of(expected, expected.node).at.areas_alerted)
    if expected.none:
        return f"{expected.node} alerts no area{_about(findings, expected)}", not alerted
    asked = [f"at least {expected.least}"] if expected.least else []
    asked += [f"among them {', '.join(expected.includes)}"] if expected.includes else []
    asked += [f"none of {', '.join(expected.excludes)}"] if expected.excludes else []
    text = f"{expected.node} alerts areas{_about(findings, expected)}: {', '.join(asked) or 'any'}"
    enough = len(alerted) >= expected.least and alerted.issuperset(expected.includes)
    return text, enough and alerted.isdisjoint(expected.excludes)


def _events(findings: Findings, expected: kinds.Events) -> Verdict:
    held = len(findings.folds[expected.node].final_events())
    return f"{expected.node} counts {expected.count} event{'' if expected.count == 1 else 's'}", held == expected.count


def _exchange(findings: Findings, expected: kinds.Exchange) -> Verdict:
    names = ("lost", "applied_twice", "leaked")
    limits = {name: getattr(expected, name) for name in names}
    if any(limits.values()):
        told = ", ".join(f"at most {limits[name]} {name.replace('_', ' ')}" for name in names)
        text = f"of all messages {told}"
    else:
        text = "no message is lost, applied twice or leaked"
    return text, all(getattr(findings.exchange, name) <= limits[name] for name in names)


def _acknowledged(findings: Findings, expected: kinds.Acknowledged) -> Verdict:
    seconds = findings.of(expected, expected.node).acknowledged_s
    text = f"{expected.node} acknowledges its alarm{_about(findings, expected)} within {expected.by_s:g} s"
    return text, _within(seconds, expected.by_s)


def _stance(findings: Findings, expected: kinds.StanceTaken) -> Verdict:
    meant = findings.meant(expected)
    held = [
        stance
        for node, folded in findings.folds.items()
        if node != expected.node
        for stance in folded.stances
        if (stance.partner, stance.about, stance.position.value) == (expected.node, expected.origin, expected.position)
        and findings.known.get((stance.about, stance.warning)) == meant
    ]
    does = "concurs with" if expected.position == "concur" else "differs from"
    text = f"a partner knows that {expected.node} {does} {expected.origin}'s warning{_about(findings, expected)}"
    return text, bool(held)


def _seconds_gained(findings: Findings, expected: kinds.SecondsGained) -> Verdict:
    gained_s = findings.sharing[expected.node].seconds_gained
    text = f"sharing warns {expected.node} at least {expected.least:g} s earlier"
    return text, gained_s is not None and gained_s >= expected.least


def _never_hears(findings: Findings, expected: kinds.NeverHears) -> Verdict:
    heard_s = findings.of(expected, expected.node).heard_s.get(expected.origin)
    when = "never" if expected.until_s is None else f"until {expected.until_s:g} s not"
    text = f"{expected.node} is {when} given {expected.origin}'s warning{_about(findings, expected)}"
    return text, not _within(heard_s, expected.until_s)


def _own_words(findings: Findings, expected: Any, node: str) -> list[Said]:
    """The node's own statements about the launch, in order."""
    meant = findings.meant(expected)
    return [one for one in findings.folds[node].own() if findings.known.get((node, one.warning.warning)) == meant]


def _irregular(findings: Findings, expected: kinds.Irregular) -> Verdict:
    told = []
    for node in expected.nodes:
        estimates = [one.warning.estimate for one in _own_words(findings, expected, node)]
        last = next((estimate for estimate in reversed(estimates) if estimate is not None), None)
        told.append(last is not None and last.ballistic is False and last.impact is None)
    text = (
        f"the last word of {_and(expected.nodes)}{_about(findings, expected)} is an irregular flight, without an impact"
    )
    return text, all(told)


def _no_impact(findings: Findings, expected: kinds.NoImpact) -> Verdict:
    flight = findings.flights[findings.meant(expected)]
    after_ns = flight.launch_ns + seconds_to_ns(expected.after_s)
    words = [one for node in expected.nodes for one in _own_words(findings, expected, node) if one.time_ns >= after_ns]
    whole = all(_own_words(findings, expected, node) for node in expected.nodes)
    since = f" from {expected.after_s:g} s on" if expected.after_s else ""
    text = f"{_and(expected.nodes)} warn{_about(findings, expected)}, and predict no impact{since}"
    return text, whole and all(one.warning.estimate is None or one.warning.estimate.impact is None for one in words)


def _falls_in_zone(findings: Findings, expected: kinds.FallsInZone) -> Verdict:
    meant = findings.meant(expected)
    launch = next(one for one in findings.scenario.launches if one.id == meant)
    zone = next(one for one in launch.zones if one.name == expected.zone)
    flight = findings.flights[meant]
    fallen = {piece.name: piece.flight for piece in flight.pieces} | ({} if flight.in_orbit else {"main": flight})
    text = f"{zone.piece}{_about(findings, expected)} falls {'inside' if expected.inside else 'outside'} {zone.name}"
    landed = fallen.get(zone.piece)
    return text, landed is not None and zone.holds(*landed.landing_deg) is expected.inside


def accepted_states(state: str) -> set[str]:
    """What meets an expected state: a partner that is heard no more may be unknown at once, where its path is dead as well."""
    return {state, "unknown"} if state == "stale" else {state}


def _source_state(findings: Findings, expected: kinds.SourceState) -> Verdict:
    begun_ns, ended_ns = (findings.scenario.time_ns(at_s) for at_s in (expected.from_s, expected.until_s))
    told = findings.folds[expected.node].sources.get(expected.source, [])
    before = [state for time_ns, state in told if time_ns <= begun_ns][-1:]
    during = [state for time_ns, state in told if begun_ns < time_ns <= ended_ns]
    text = (
        f"{expected.node} shows {expected.source} as {expected.state.replace('_', ' ')} "
        f"between {expected.from_s:g} and {expected.until_s:g} s"
    )
    return text, not accepted_states(expected.state).isdisjoint(before + during)


def _held(findings: Findings, expected: kinds.Held) -> Verdict:
    begun = [told for told in findings.folds[expected.origin].holds if told.origin == expected.origin]
    met = bool(begun)
    for node in expected.nodes:
        told = [one for one in findings.folds[node].holds if one.origin == expected.origin]
        standing = next((one for one in told if one.standing), None)
        if standing is None or not begun or not told or told[-1].standing:
            met = False
            continue
        late_ns = standing.link_ns - begun[0].link_ns
        ran_ns = told[-1].exercise_ns - standing.exercise_ns
        met = met and late_ns <= seconds_to_ns(expected.within_s) and ran_ns <= seconds_to_ns(expected.within_s)
    text = f"within {expected.within_s:g} s of {expected.origin}'s HOLD the exercise stands at {_and(expected.nodes)}, until it is lifted"
    return text, met


def _not_held(findings: Findings, expected: kinds.NotHeld) -> Verdict:
    began = any(told.origin == expected.origin for told in findings.folds[expected.origin].holds)
    heard = [
        node for node in expected.nodes if any(one.origin == expected.origin for one in findings.folds[node].holds)
    ]
    return f"{_and(expected.nodes)} hear nothing of {expected.origin}'s HOLD", began and not heard


def _statements(findings: Findings, expected: Any, node: str) -> list[list[tuple[int, JointStatement]]]:
    """The node's joint statements about the launch: of each, how far it had come and when."""
    meant, folded = findings.meant(expected), findings.folds[node]
    return [
        steps
        for steps in folded.joint.values()
        if any(
            event_subject(event, findings.known) == meant for event in folded.events.get(steps[-1][1].event, ())[-1:]
        )
    ]


def _statement_adopted(findings: Findings, expected: kinds.StatementAdopted) -> Verdict:
    by_ns = findings.flights[findings.meant(expected)].launch_ns + seconds_to_ns(expected.by_s)
    whole = [
        any(
            joint.adopted_ns is not None and not joint.missing and time_ns <= by_ns
            for steps in _statements(findings, expected, node)
            for time_ns, joint in steps
        )
        for node in expected.nodes
    ]
    about = _about(findings, expected)
    text = (
        f"{_and(expected.nodes)} hold a joint statement{about} that every member has signed within {expected.by_s:g} s"
    )
    return text, all(whole)


def _signatures_missing(findings: Findings, expected: kinds.SignaturesMissing) -> Verdict:
    at_ns = findings.flights[findings.meant(expected)].launch_ns + seconds_to_ns(expected.at_s)
    steps = [step for one in _statements(findings, expected, expected.node) for step in one if step[0] <= at_ns]
    missing = max(steps, key=lambda step: step[0])[1].missing if steps else ()
    text = (
        f"{expected.node} names {_and(expected.members)} as missing under the joint statement{_about(findings, expected)} "
        f"at {expected.at_s:g} s"
    )
    return text, sorted(missing) == sorted(expected.members)


def _and(names: Iterable[str]) -> str:
    return _joined(names, "and")


def _or(names: Iterable[str]) -> str:
    return _joined(names, "or")


def _joined(names: Iterable[str], word: str) -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


_JUDGES: dict[type, Callable[[Findings, Any], Verdict]] = {
    kinds.Warned: _warned,
    kinds.Hears: _hears,
    kinds.KnowsBeforeOwn: _knows_before_own,
    kinds.FinalStatus: _final_status,
    kinds.HadStatus: _had_status,
    kinds.Retracted: _retracted,
    kinds.ImpactD2: _impact_d2,
    kinds.LaunchD2: _launch_d2,
    kinds.LaunchError: _launch_error,
    kinds.TruthFlightTime: _truth_flight_time,
    kinds.AreasAlerted: _areas_alerted,
    kinds.Events: _events,
    kinds.Exchange: _exchange,
    kinds.Acknowledged: _acknowledged,
    kinds.StanceTaken: _stance,
    kinds.SecondsGained: _seconds_gained,
    kinds.NeverHears: _never_hears,
    kinds.Irregular: _irregular,
    kinds.NoImpact: _no_impact,
    kinds.FallsInZone: _falls_in_zone,
    kinds.SourceState: _source_state,
    kinds.Held: _held,
    kinds.NotHeld: _not_held,
    kinds.StatementAdopted: _statement_adopted,
    kinds.SignaturesMissing: _signatures_missing,
}
