"""Items as bytes of a record and back: JSON by msgspec, one form for each value, so that equal items give equal bytes.

Arrays are (nested) lists of numbers; NaN, "not measured", is `null` and comes back as NaN. Floats are written with the shortest digits that read
back to the same number. Infinities do not occur: feeds and partners cannot send them, and no room may give one.
"""

from typing import Any

import msgspec
import numpy as np

from bongsu.model.bodies import Body
from bongsu.model.head import Head


def encode_hook(value: Any) -> Any:
    """Arrays to lists; anything else that JSON lacks is our fault."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    raise NotImplementedError(f"{type(value).__name__} has no form in a record")


def decode_hook(kind: Any, value: Any) -> Any:
    """Lists to arrays of the annotated type: `Floats` (null is NaN) or `Integers`."""
    if getattr(kind, "__origin__", None) is np.ndarray:
        return np.array(value, dtype=kind.__args__[1].__args__[0])
    raise NotImplementedError(f"{kind} has no form in a record")


_encoder = msgspec.json.Encoder(enc_hook=encode_hook)
_head_decoder = msgspec.json.Decoder(Head)
_body_decoder: msgspec.json.Decoder[Body] = msgspec.json.Decoder(Body, dec_hook=decode_hook)

encode = _encoder.encode
"""Any head, body or struct of a record to its bytes."""


def decode_head(data: bytes) -> Head:
    """Bytes of `encode(head)` back to the head. Raises `msgspec.MsgspecError`."""
    return _head_decoder.decode(data)


def decode_body(data: bytes) -> Body:
    """Bytes of `encode(body)` back to the body. Raises `msgspec.MsgspecError`."""
    return _body_decoder.decode(data)


def name_of(body: msgspec.Struct) -> str:
    """The name under which a body stands in a record, such as `sensor_status`."""
    return str(body.__struct_config__.tag)
