"""Label and terms inside a body of v1: who may have it, and to whom a recipient may pass it on. Only ever added to.

    "label": {"policy": "BONGSU-EXAMPLE", "classification": "PARTNER",
              "categories": [{"tag": "ReleasableTo", "type": "PERMISSIVE", "values": ["jp", "kr", "us"]}]}
    "terms": {"originator": "kr", "onward": ["file", "review"], "until": "2026-05-02T00:00:00Z"}

The label has the model of ADatP-4774 (policy, classification, categories); its creation time is the envelope's `issued`. `ReleasableTo` is permissive:
any nation in it may have the body; an empty list or none means the originator only. `onward` names partners and exits (`public`, `file`, `review`,
`tak`); without `terms`, or with an empty list, nothing may be passed on. `until` null or absent: without end. Both lie in the signed bytes.
"""

import msgspec


class CategoryPayload(msgspec.Struct):
    """One category of a label."""

    tag: str
    type: str
    values: list[str] = []


class LabelPayload(msgspec.Struct):
    """A confidentiality label; see the head of this file."""

    policy: str
    classification: str
    categories: list[CategoryPayload] = []


class TermsPayload(msgspec.Struct, omit_defaults=True):
    """The originator's consent to passing on; see the head of this file."""

    originator: str
    onward: list[str] = []
    until: str | None = None


class Marked(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What every body but link control carries beside its own members."""

    label: LabelPayload | None = None
    terms: TermsPayload | None = None


_DECODER = msgspec.json.Decoder(Marked)


def marks_of(body: bytes) -> Marked:
    """Label and terms of a body that has been decoded before, so its form is good."""
    return _DECODER.decode(body)
