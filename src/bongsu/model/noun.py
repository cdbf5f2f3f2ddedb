"""What all nouns share: a frozen msgspec Struct that carries its own name when it is written into a record."""

import re

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def tag_of(class_name: str) -> str:
    """`SensorStatus` becomes `sensor_status`: the name of a noun in records and on the wire."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


class Noun(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=tag_of):
    """Base of every body that the core takes or gives."""
