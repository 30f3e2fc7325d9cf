"""A transformer's folder: its configuration and weight files, validated before anything is built from them.

Needs no torch and reads no weights: the headers of safetensors files have names, types, shapes and offsets.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from codesearch.errors import FetchModelAgain, ModelUnavailable
from codesearch.safetensors_header import LENGTH_BYTES, TensorEntry, header_length, parse_header

CONFIG_FILE = "config.json"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_FILE = "model.safetensors"
SHARDS_FILE = "model.safetensors.index.json"

FETCH_AGAIN = FetchModelAgain()

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_MAX_JSON_SIZE = 16_000_000
"""Bytes. Configurations are a few kB, the shard index of a large model is 1 MB."""
_LFS_POINTER = b"version https://git-lfs"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SAMPLES, _SAMPLE_SIZE = 64, 4096
"""Pages per file that the revision's digest covers, in a millisecond; all of 320 MB would take 0.3 s per query."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a safetensors file."""

    file: Path
    type: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A folder whose files are complete and safe to load."""

    folder: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, TensorInfo]

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The weight files."""
        return tuple(sorted({tensor.file for tensor in self.tensors.values()}))

    @cached_property
    def revision(self) -> str:
        """The commit if the folder is a snapshot in the hub's cache, else a digest of the files."""
        if self.folder.parent.name == "snapshots" and _COMMIT.fullmatch(self.folder.name):
            return self.folder.name
        digest = hashlib.blake2b(digest_size=8)
        for path in sorted(self.folder.glob("**/*.json")):
            digest.update(path.read_bytes())
        for path in self.files:
            digest.update(_sample(path))
        return digest.hexdigest()

    def json(self, name: str) -> dict[str, Any]:
        """The object in a JSON file of the folder, empty if there is none. Raises ModelUnavailable if it is damaged."""
        return read_json(self.folder / name) if (self.folder / name).is_file() else {}

    def tokenizer_file(self) -> Path:
        """The path of the tokenizer. Raises ModelUnavailable if it is missing."""
        path = self.folder / TOKENIZER_FILE
        if not path.is_file():
            raise ModelUnavailable(f"{self.folder} has no {TOKENIZER_FILE}", FETCH_AGAIN)
        return path


def open_checkpoint(folder: Path) -> Checkpoint:
    """Open a checkpoint. Raises ModelUnavailable if files are missing, truncated or not safe to load."""
    if not (folder / CONFIG_FILE).is_file():
        raise ModelUnavailable(f"{folder} has no {CONFIG_FILE}: it is not a model folder", FETCH_AGAIN)
    config = read_json(folder / CONFIG_FILE)
    tensors: dict[str, TensorInfo] = {}
    for path in _weight_files(folder):
        tensors |= read_header(path)
    return Checkpoint(folder, config, tensors)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object. Raises ModelUnavailable."""
    value = read_json_value(path)
    if not isinstance(value, dict):
        raise ModelUnavailable(f"{path} is not a JSON object", FETCH_AGAIN)
    return value


def read_json_value(path: Path) -> Any:
    """Read a JSON value of any type. Raises ModelUnavailable."""
    try:
        if path.stat().st_size > _MAX_JSON_SIZE:
            raise ModelUnavailable(f"{path} is larger than {_MAX_JSON_SIZE // 1_000_000} MB", FETCH_AGAIN)
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnavailable(f"{path} can't be read: {error.strerror}", FETCH_AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise ModelUnavailable(f"{path} can't be read: {error}", FETCH_AGAIN) from error


def read_header(path: Path) -> dict[str, TensorInfo]:
    """The tensors of a safetensors file, by name. Raises ModelUnavailable if its size does not match its header."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(LENGTH_BYTES)
            length = header_length(first, size)
            if length is None:
                pointer = (first + file.read(100)).startswith(_LFS_POINTER)
                raise ModelUnavailable(f"{path} {_no_header_reason(pointer, size)}", FETCH_AGAIN)
            entries, _ = parse_header(file.read(length))
            end = _checked_end(entries)
    except OSError as error:
        raise ModelUnavailable(f"{path} can't be read: {error.strerror}", FETCH_AGAIN) from error
    except (ValueError, KeyError) as error:
        raise ModelUnavailable(f"{path} is damaged: {error}", FETCH_AGAIN) from error
    expected = LENGTH_BYTES + length + end
    if size != expected:
        kind = "truncated" if size < expected else "too long"
        raise ModelUnavailable(f"{path} is {kind}: {size:,} bytes of {expected:,}", FETCH_AGAIN)
    return {name: TensorInfo(path, entry.type, entry.shape) for name, entry in entries.items()}


def _checked_end(entries: Mapping[str, TensorEntry]) -> int:
    """The end of the last tensor. Raises ValueError if tensors leave gaps, overlap or don't fit their shapes."""
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != end or entry.end - entry.begin != math.prod(entry.shape) * _SIZES[entry.type]:
            raise ValueError(f"the offsets of {name} do not match its shape")
        end = entry.end
    return end


def _no_header_reason(is_pointer: bool, size: int) -> str:
    if is_pointer:
        return "is a git-lfs pointer, not the weights; run `git lfs pull` in that folder"
    return f"is not a safetensors file, or only the first {size:,} bytes of one"


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder. Raises ModelUnavailable if there are none or some are missing."""
    if (folder / WEIGHTS_FILE).exists():
        return [folder / WEIGHTS_FILE]
    if (folder / SHARDS_FILE).is_file():
        shards = read_json(folder / SHARDS_FILE).get("weight_map")
        names = set(map(str, shards.values())) if isinstance(shards, dict) else set()
        paths = sorted(folder / name for name in names)
        missing = [path.name for path in paths if not path.is_file() or path.parent != folder]
        if missing or not paths:
            raise ModelUnavailable(f"{folder} lacks the weights {', '.join(missing)}", FETCH_AGAIN)
        return paths
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelUnavailable(
            f"{folder} has its weights in {pickles[0]}, a pickle, which can run code when it is loaded",
            f"convert it to {WEIGHTS_FILE}, or use a revision that has it",
        )
    raise ModelUnavailable(f"{folder} has no {WEIGHTS_FILE}: the download is not finished", FETCH_AGAIN)


def _sample(path: Path) -> bytes:
    """The size of a file and evenly spaced pages of it."""
    size = path.stat().st_size
    parts = [str(size).encode()]
    with path.open("rb") as file:
        for i in range(_SAMPLES):
            file.seek(i * max(size - _SAMPLE_SIZE, 0) // (_SAMPLES - 1))
            parts.append(file.read(_SAMPLE_SIZE))
    return b"".join(parts)
