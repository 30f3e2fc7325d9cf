"""A folder with a transformer: its configuration and weight files, checked before anything is built from them.

No torch, and no weights are read: the headers of safetensors files tell names, types, shapes and the files' sizes.
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

GET_AGAIN = FetchModelAgain()

_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_LARGEST_JSON = 16_000_000
"""Bytes. Configurations have some kB, and the list of a large model's shards 1 MB."""
_POINTER = b"version https://git-lfs"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SAMPLES, _SAMPLE_SIZE = 64, 4096
"""A digest of 64 pages tells models apart in a millisecond; all of 320 MB would take 0.3 s at every question."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a safetensors file."""

    file: Path
    type: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Checkpoint:
    """A folder whose files are whole and safe to load."""

    folder: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, TensorInfo]

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The weight files."""
        return tuple(sorted({tensor.file for tensor in self.tensors.values()}))

    @cached_property
    def revision(self) -> str:
        """The hub's commit where the folder is a snapshot of its cache, else a digest of the files."""
        if self.folder.parent.name == "snapshots" and _COMMIT.fullmatch(self.folder.name):
            return self.folder.name
        digest = hashlib.blake2b(digest_size=8)
        for path in sorted(self.folder.glob("**/*.json")):
            digest.update(path.read_bytes())
        for path in self.files:
            digest.update(_sample(path))
        return digest.hexdigest()

    def json(self, name: str) -> dict[str, Any]:
        """A JSON file of the folder; empty where there is none. Raises ModelUnavailable where it is damaged."""
        return read_json(self.folder / name) if (self.folder / name).is_file() else {}

    def tokenizer_file(self) -> Path:
        """The tokenizer. Raises ModelUnavailable where it is missing."""
        path = self.folder / TOKENIZER_FILE
        if not path.is_file():
            raise ModelUnavailable(f"{self.folder} has no {TOKENIZER_FILE}", GET_AGAIN)
        return path


def open_checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint of a folder. Raises ModelUnavailable: files missing, cut short, or not safe to load."""
    if not (folder / CONFIG_FILE).is_file():
        raise ModelUnavailable(f"{folder} has no {CONFIG_FILE}: it is no model's folder", GET_AGAIN)
    config = read_json(folder / CONFIG_FILE)
    tensors: dict[str, TensorInfo] = {}
    for path in _weight_files(folder):
        tensors |= read_header(path)
    return Checkpoint(folder, config, tensors)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises ModelUnavailable."""
    value = read_json_value(path)
    if not isinstance(value, dict):
        raise ModelUnavailable(f"{path} holds no JSON object", GET_AGAIN)
    return value


def read_json_value(path: Path) -> Any:
    """Whatever a JSON file holds. Raises ModelUnavailable."""
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise ModelUnavailable(f"{path} is larger than {_LARGEST_JSON // 1_000_000} MB", GET_AGAIN)
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnavailable(f"{path} can't be read: {error.strerror}", GET_AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise ModelUnavailable(f"{path} can't be read: {error}", GET_AGAIN) from error


def read_header(path: Path) -> dict[str, TensorInfo]:
    """What a safetensors file holds. Raises ModelUnavailable where the file is not whole, to the byte."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first = file.read(LENGTH_BYTES)
            length = header_length(first, size)
            if length is None:
                pointer = (first + file.read(100)).startswith(_POINTER)
                raise ModelUnavailable(f"{path} {_why_no_header(pointer, size)}", GET_AGAIN)
            entries, _ = parse_header(file.read(length))
            end = _checked_end(entries)
    except OSError as error:
        raise ModelUnavailable(f"{path} can't be read: {error.strerror}", GET_AGAIN) from error
    except (ValueError, KeyError) as error:
        raise ModelUnavailable(f"{path} is damaged: {error}", GET_AGAIN) from error
    expected = LENGTH_BYTES + length + end
    if size != expected:
        kind = "cut short" if size < expected else "too long"
        raise ModelUnavailable(f"{path} is {kind}: {size:,} bytes of {expected:,}", GET_AGAIN)
    return {name: TensorInfo(path, entry.type, entry.shape) for name, entry in entries.items()}


def _checked_end(entries: Mapping[str, TensorEntry]) -> int:
    """Where the last tensor ends. Each has the bytes that its type and shape need, one after the other."""
    end = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != end or entry.end - entry.begin != math.prod(entry.shape) * _SIZES[entry.type]:
            raise ValueError(f"the place of {name} does not fit its shape")
        end = entry.end
    return end


def _why_no_header(is_pointer: bool, size: int) -> str:
    if is_pointer:
        return "is a git-lfs pointer, not the weights; run `git lfs pull` in that folder"
    return f"is no safetensors file, or the first {size:,} bytes of one"


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a folder. Raises ModelUnavailable where there are none, or not all."""
    if (folder / WEIGHTS_FILE).exists():
        return [folder / WEIGHTS_FILE]
    if (folder / SHARDS_FILE).is_file():
        shards = read_json(folder / SHARDS_FILE).get("weight_map")
        names = set(map(str, shards.values())) if isinstance(shards, dict) else set()
        paths = sorted(folder / name for name in names)
        missing = [path.name for path in paths if not path.is_file() or path.parent != folder]
        if missing or not paths:
            raise ModelUnavailable(f"{folder} lacks the weights {', '.join(missing)}", GET_AGAIN)
        return paths
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise ModelUnavailable(
            f"{folder} has its weights as {pickles[0]}, a pickle, which can run code when it is loaded",
            f"convert it to {WEIGHTS_FILE}, or take a revision that has it",
        )
    raise ModelUnavailable(f"{folder} has no {WEIGHTS_FILE}: the download is not finished", GET_AGAIN)


def _sample(path: Path) -> bytes:
    """The size of a file and pages spread evenly over it."""
    size = path.stat().st_size
    parts = [str(size).encode()]
    with path.open("rb") as file:
        for i in range(_SAMPLES):
            file.seek(i * max(size - _SAMPLE_SIZE, 0) // (_SAMPLES - 1))
            parts.append(file.read(_SAMPLE_SIZE))
    return b"".join(parts)
