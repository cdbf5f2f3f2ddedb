"""Snapshots of what the rooms of this house remember: msgspec Structs with numpy arrays inside, as MessagePack."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import numpy as np

Kind = TypeVar("Kind")


def _encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (value.dtype.str, list(value.shape), value.tobytes())
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} does not belong into a snapshot")


def _decode(kind: type, value: Any) -> Any:
    data, shape, raw = value
    return np.frombuffer(raw, dtype=np.dtype(data)).reshape(shape).copy()


def pack(value: Any) -> bytes:
    """A Struct, with arrays anywhere inside, as bytes."""
    return msgspec.msgpack.encode(value, enc_hook=_encode)


def unpack(state: bytes, kind: type[Kind]) -> Kind:
    """The Struct of type `kind` that `pack` wrote."""
    return msgspec.msgpack.decode(state, type=kind, dec_hook=_decode)
