"""Arrays in a file: what is written is read, and a file that is not whole raises ValueError."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from codesearch.arrays import map_arrays, save_arrays

KINDS = st.sampled_from([np.uint8, np.int8, np.uint16, np.int32, np.uint32, np.int64, np.float32])
some_array = KINDS.flatmap(lambda kind: arrays.arrays(kind, arrays.array_shapes(max_dims=2, min_side=0, max_side=5)))
a_file = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@a_file
@given(st.dictionaries(st.text("abcé", min_size=1), some_array, max_size=4))
def test_what_is_written_is_read(tmp_path: Path, held: dict[str, np.ndarray]) -> None:
    path = tmp_path / "arrays.safetensors"
    path.unlink(missing_ok=True)
    save_arrays(path, held)
    found, metadata = map_arrays(path)
    assert metadata == {}
    assert found.keys() == held.keys()
    for name, array in held.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)
        assert not found[name].flags.writeable


@a_file
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 10_000))
@example(place=8, byte=ord("["), cut=10_000)
def test_a_damaged_file_raises_nothing_else(tmp_path: Path, place: int, byte: int, cut: int) -> None:
    path = tmp_path / "arrays.safetensors"
    path.unlink(missing_ok=True)
    save_arrays(path, {"ids": np.arange(5), "rows": np.zeros((2, 3), np.uint16)})
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(bytes(data[:cut]))
    try:
        found, _ = map_arrays(path)
    except ValueError:
        return
    assert all(isinstance(array, np.ndarray) for array in found.values())


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"3",
        b"null",
        b'{"a": 3}',
        b'{"a": {}}',
        b'{"a": {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": ["0", "4"]}}',
        b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [-8, 0]}}',
        b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 400]}}',
        b'{"a": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}',
    ],
)
def test_a_header_that_makes_no_sense(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "arrays.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * 8)
    with pytest.raises(ValueError):
        map_arrays(path)


def test_files_too_short_to_have_a_header(tmp_path: Path) -> None:
    path = tmp_path / "arrays.safetensors"
    for data in (b"", b"\1\0", b"\xff" * 8, b"\x10" + b"\0" * 7):
        path.write_bytes(data)
        with pytest.raises(ValueError):
            map_arrays(path)
