"""Public alerts across an epoch: what the public was told goes on, and ends, under its old name, whatever began the new record.

Pure. Of each chain the newest draft and every document are carried; a chain that nobody holds any more and that has no open draft is left behind. One that
another sender told cannot be followed up (CAP names the sender in each reference): it is given back as lost, and a person must end it from there.
"""

from msgspec.structs import replace

from bongsu.core.inform.alert_chain import OPEN, Chain
from bongsu.core.inform.alert_documents import BEGINNINGS, known
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.alert_draft import AlertDocument, AlertDraft
from bongsu.model.carried import Carried
from bongsu.wire import cap12


def taken_over(carried: Carried, sender: str) -> tuple[list[Chain], list[str]]:
    """The chains that go on, and the names of those that this sender cannot go on with."""
    alerts = {alert.event: alert for alert in carried.alerts}
    chains, lost = [], []
    for draft in carried.drafts:
        alert = alerts.get(draft.event)
        documents = [one for one in carried.documents if one.chain == draft.chain]
        if alert is None or not (_stands(documents) or draft.state in OPEN):
            continue
        chain = _chain(draft, alert, documents)
        senders = {one.sender for told in (chain.public, chain.authorities) for one in told.documents}
        if senders - {sender}:
            lost.append(draft.chain)
        else:
            chains.append(chain)
    return chains, lost


def _stands(documents: list[AlertDocument]) -> bool:
    newest = {one.audience: one.stage for one in documents}
    return any(stage in BEGINNINGS for stage in newest.values())


def _chain(draft: AlertDraft, alert: Alert, documents: list[AlertDocument]) -> Chain:
    chain = Chain(chain=draft.chain, alert=alert, kind=draft.kind, times=draft.times, draft=draft)
    chain.drafts_count, chain.documents_count = draft.number, len(documents)
    risks = {risk.area: risk for risk in (*alert.areas, *draft.areas)}
    for one in documents:
        public = one.audience == "public"
        told = chain.public if public else chain.authorities
        told.stage = one.stage
        told.documents.append(known(cap12.decode(one.content).alert))
        if not public:
            continue
        named = [risks.get(area, AreaRisk(area=area, kind=draft.kind)) for area in one.areas]
        named = [replace(risk, kind=draft.kind) for risk in named]
        chain.sent_ns = one.time_ns if chain.sent_ns is None else chain.sent_ns
        chain.standing = named if one.stage in BEGINNINGS else []
        chain.ever |= {risk.area: risk for risk in named}
    return chain
