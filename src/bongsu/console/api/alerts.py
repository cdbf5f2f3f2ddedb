"""Drafts of public alerts and notices to ships and aircraft as the page reads them: every word in every language, nothing of it worked out by the page."""

from typing import Any

from bongsu.console.api.present import time_text
from bongsu.model.alert_draft import AlertDraft
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.wording import Wording

Json = dict[str, Any]


def draft(body: AlertDraft) -> Json:
    """The newest draft of a chain: the exact words, who approved them, both endings that stand ready, and the times of machine and persons."""
    return {
        "chain": body.chain,
        "event": body.event,
        "number": body.number,
        "stage": body.stage,
        "kind": body.kind,
        "state": body.state,
        "digest": body.digest,
        "areas": [risk.area for risk in body.areas],
        "words": _words(body.wordings),
        "ready": {"passed": _words(body.passed), "corrected": _words(body.corrected)},
        "needed": body.needed,
        "approvals": [
            {"person": one.person, "account": one.account, "time": time_text(one.time_ns)} for one in body.approvals
        ],
        "time": time_text(body.time_ns),
        "deadline": time_text(body.deadline_ns),
        "reason": body.reason,
        "told": body.told,
        "times": {name[:-3]: time_text(getattr(body.times, name)) for name in body.times.__struct_fields__},
    }


def notice(body: SeaNotice) -> Json:
    """A notice as it would be sent."""
    return {
        "notice": body.notice,
        "event": body.event,
        "version": body.version,
        "status": body.status,
        "time": time_text(body.time_ns),
        "texts": body.texts,
        "forms": body.forms,
    }


def _words(wordings: tuple[Wording, ...]) -> Json:
    return {
        one.language: {
            "headline": one.headline,
            "description": one.description,
            "instruction": one.instruction,
            "broadcast": one.broadcast,
        }
        for one in wordings
    }
