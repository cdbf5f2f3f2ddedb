"""What a nation's profile adds to a CAP document, as tables.

Korea: the profile of the integrated alert system (TTAK.OT-06.0055) with the disaster codes of TTAS.KO-07.0046 and legal district codes, as the
published reference software of that profile has them; the standards' own texts were not at hand, so a gateway must confirm them. Japan: no public CAP
profile is known; areas carry their ISO 3166-2 code, which for a prefecture ends in its JIS X 0401 number. Every area also carries its id in our area set.
"""

import re

import msgspec

from bongsu.model.wording import AlertStage, Wording
from bongsu.wire.cap12_types import Named, Status

BROADCAST = "bongsu.broadcast"
SHORT = "bongsu.short"
"""Parameters of the cell-broadcast texts where no profile names them."""
AREA_SET = "urn:bongsu:areas:"
ISO_3166_2 = "ISO 3166-2"
_ISO = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A nation's additions: `event_codes` by stage, `not_real` for exercise and test, `texts` names the parameter of a text by its language."""

    codes: tuple[str, ...] = ()
    event_name: str = ""
    event_codes: dict[AlertStage, str] = {}
    not_real: dict[Status, str] = {}
    geocode_name: str = ""
    texts: dict[str, tuple[tuple[str, str], ...]] = {}


_PLAIN_TEXTS = ((BROADCAST, "broadcast"), (SHORT, "short"))

PROFILES: dict[str, Profile] = {
    "": Profile(),
    "kr": Profile(
        codes=("대한민국정부1.0",),
        event_name="TTAS.KO-07.0046/R5 재난 종류 코드",
        event_codes={
            AlertStage.PRE_ALERT: "AL2",  # 민방공 경계경보
            AlertStage.ALERT: "AL1",  # 민방공 공습경보
            AlertStage.PASSED: "CLR",  # 민방공 경보해제
            AlertStage.CORRECTED: "CLR",
        },
        not_real={Status.EXERCISE: "DMO", Status.TEST: "NPT"},  # 연습/시연경보; 전국적 주기 테스트
        geocode_name="행정구역코드",
        # Urgent messages keep to 90 characters for phones from before 2019, so the short text is the one to broadcast.
        texts={"ko": (("CBSText", "short"),)},
    ),
    "us": Profile(texts={"en": (("CMAMtext", "short"), ("CMAMlongtext", "broadcast"))}),
}

KOREAN_PROVINCES = {
    "KR-11": "11",
    "KR-26": "26",
    "KR-27": "27",
    "KR-28": "28",
    "KR-29": "29",
    "KR-30": "30",
    "KR-31": "31",
    "KR-41": "41",
    "KR-42": "51",
    "KR-43": "43",
    "KR-44": "44",
    "KR-45": "52",
    "KR-46": "46",
    "KR-47": "47",
    "KR-48": "48",
    "KR-49": "50",
    "KR-50": "36",
}
"""First two digits of the legal code of each province, which ISO 3166-2 numbers otherwise."""

KOREAN_ISLANDS = {"KR-28-baengnyeong": "28720", "KR-28-yeonpyeong": "28720"}
"""Island groups have no code of their own here: their county's (Ongjin) is the smallest that holds them, and telling too many is better than none."""


def event_codes(profile: str, stage: AlertStage, status: Status) -> tuple[Named, ...]:
    """The profile's event code; outside of reality it is that of an exercise or a test, so that no siren can take it for the thing itself."""
    table = PROFILES[profile]
    if not table.event_name:
        return ()
    return (Named(table.event_name, table.not_real.get(status) or table.event_codes[stage]),)


def text_parameters(profile: str, wording: Wording) -> tuple[Named, ...]:
    """The cell-broadcast texts, under the names that the profile's gateway looks for and under our own."""
    named = (*PROFILES[profile].texts.get(wording.language, ()), *_PLAIN_TEXTS)
    return tuple(Named(name, str(getattr(wording, member))) for name, member in named)


def geocodes(profile: str, area_id: str, area_set: str) -> tuple[Named, ...]:
    """Every code by which a gateway may know the area."""
    found = [Named(AREA_SET + area_set, area_id)]
    if _ISO.fullmatch(area_id):
        found.append(Named(ISO_3166_2, area_id))
    if profile == "kr" and (legal := korean_legal_code(area_id)):
        found.append(Named(PROFILES["kr"].geocode_name, legal))
    return tuple(found)


def korean_legal_code(area_id: str) -> str:
    """The ten digits of a Korean area's legal code; empty for an area elsewhere."""
    digits = area_id.removeprefix("KR-")
    known = KOREAN_ISLANDS.get(area_id) or KOREAN_PROVINCES.get(area_id)
    if known is None and area_id.startswith("KR-") and digits.isdecimal() and len(digits) == 5:
        known = digits
    return known.ljust(10, "0") if known else ""
