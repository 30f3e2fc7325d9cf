"""Arrays in one file: written as safetensors, read by mapping the file, so that opening costs nothing."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_TYPES = {
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I32": np.int32,
    "U32": np.uint32,
    "I64": np.int64,
    "F16": np.float16,
    "F32": np.float32,
}
_LONGEST_HEADER = 1 << 20


def save_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write arrays by name. Raises OSError."""
    from safetensors.numpy import save

    path.write_bytes(save(dict(arrays)))


def map_arrays(path: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """The arrays of a safetensors file, mapped read-only, and its metadata.

    Raises OSError, or ValueError where the file is not whole or not safetensors.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    length = int.from_bytes(data[:8], "little")
    if length > min(_LONGEST_HEADER, len(data) - 8):
        raise ValueError(f"{path.name} is no safetensors file")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        if end > len(data) or entry["dtype"] not in _TYPES:
            raise ValueError(f"{path.name} is cut short or holds {entry['dtype']}")
        kind = np.dtype(_TYPES[entry["dtype"]])
        array = np.frombuffer(data, kind, (end - begin) // kind.itemsize, begin)
        arrays[name] = array.reshape(entry["shape"])
    return arrays, metadata
