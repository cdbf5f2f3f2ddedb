"""Whether every prompt message has been taken: asked of the servers themselves."""

import urllib.request
from typing import Any

import msgspec

from bongsu.model.message import Lane

_ANSWER_S = 2.0
_PROMPT = f"{Lane.PROMPT.value.upper()}_"
"""Beginning of the names of the streams that hold prompt messages (`wire/subjects.py`: outbox)."""


def prompt_waiting_count(monitor_port: int) -> int:
    """Prompt messages that a nation's server holds and whose recipients have not taken and acknowledged them."""
    address = f"http://127.0.0.1:{monitor_port}/jsz?accounts=true&streams=true&consumers=true"
    with urllib.request.urlopen(address, timeout=_ANSWER_S) as answer:
        told: dict[str, Any] = msgspec.json.decode(answer.read())
    return sum(
        consumer["num_pending"] + consumer["num_ack_pending"]
        for account in told.get("account_details") or ()
        for stream in account.get("stream_detail") or ()
        if stream["name"].startswith(_PROMPT)
        for consumer in stream.get("consumer_detail") or ()
    )
