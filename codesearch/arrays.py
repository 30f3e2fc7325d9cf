"""Arrays in safetensors files, which are memory-mapped for reading, so that opening is instant."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codesearch.safetensors_header import LENGTH_BYTES, TensorEntry, header_length, parse_header

_TYPES = {
    "U8": np.uint8,
    "I8": np.int8,
    "U16": np.uint16,
    "I32": np.int32,
    "U32": np.uint32,
    "I64": np.int64,
    "U64": np.uint64,
    "F16": np.float16,
    "F32": np.float32,
}
_LONGEST_HEADER = 1 << 20


def save_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str] | None = None) -> None:
    """Write named arrays and metadata. Raises OSError."""
    from safetensors.numpy import save

    path.write_bytes(save(dict(arrays), dict(metadata) if metadata else None))


def map_arrays(path: Path) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """The arrays of a safetensors file, mapped read-only, and its metadata.

    Raises OSError, or ValueError if the file is truncated or not in safetensors format.
    """
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return read_arrays(data, path.name)


def read_arrays(data: mmap.mmap, name: str) -> tuple[dict[str, npt.NDArray[Any]], dict[str, str]]:
    """The arrays of a mapped safetensors file and its metadata; `name` is for error messages.

    Raises ValueError if the file is truncated or not in safetensors format.
    """
    length = header_length(data[:LENGTH_BYTES], len(data), _LONGEST_HEADER)
    if length is None:
        raise ValueError(f"{name} is no safetensors file")
    start = LENGTH_BYTES + length
    try:
        entries, metadata = parse_header(data[LENGTH_BYTES:start])
        return {key: _array(data, start, entry) for key, entry in entries.items()}, metadata
    except (TypeError, OverflowError) as error:
        raise ValueError(f"{name} has a header that makes no sense") from error


def _array(data: mmap.mmap, start: int, entry: TensorEntry) -> npt.NDArray[Any]:
    """One array; offsets in `entry` count from `start`."""
    begin, end = start + entry.begin, start + entry.end
    if entry.type not in _TYPES:
        raise ValueError(f"arrays of {entry.type} can't be read")
    if not start <= begin <= end <= len(data):
        raise ValueError("an array is cut short")
    kind = np.dtype(_TYPES[entry.type])
    return np.frombuffer(data, kind, (end - begin) // kind.itemsize, begin).reshape(entry.shape)
