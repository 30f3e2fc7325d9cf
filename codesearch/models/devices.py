"""Choose the device and the precision that a transformer runs with."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codesearch.errors import CodesearchError, InstallExtra, ModelUnavailable

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16", "float16", "int8")


@dataclass(frozen=True, slots=True)
class Runtime:
    """A device and the precision of linear layers on it."""

    device: torch.device
    precision: torch.dtype
    note: str
    """The device and precision used, and why a GPU in the machine is not, for the user."""


def require_torch() -> Any:
    """The torch module. Raises ModelUnavailable if it is not installed."""
    try:
        import torch
    except ImportError as error:
        raise ModelUnavailable("transformers need torch", InstallExtra("jina")) from error
    return torch


def check(device: str, precision: str = "auto") -> None:
    """Raises CodesearchError for an unknown device or precision."""
    if device not in DEVICES or precision not in PRECISIONS:
        raise CodesearchError(
            f"unknown device {device!r} or precision {precision!r}",
            f"devices: {', '.join(DEVICES)}; precisions: {', '.join(PRECISIONS)}",
        )


def may_have_gpu() -> bool:
    """Whether this machine seems to have a GPU that torch can use. Does not import torch, which takes seconds."""
    return bool(shutil.which("nvidia-smi")) or (platform.system(), platform.machine()) == ("Darwin", "arm64")


def choose(device: str = "auto", precision: str = "auto") -> Runtime:
    """Choose the device and precision. Raises CodesearchError if the requested device is not available."""
    check(device, precision)
    torch = require_torch()
    missing = {"cuda": _no_cuda_reason(), "mps": _no_mps_reason()}
    if missing.get(device):
        raise CodesearchError(f"--device {device}: {missing[device]}", "use --device auto")
    if device == "auto":
        device = next((gpu for gpu, reason in missing.items() if not reason), "cpu")
    if precision == "int8" and (reason := _no_int8_reason(device)):
        raise CodesearchError(f"int8: {reason}", "use another precision, or auto")
    chosen = getattr(torch, precision) if precision != "auto" else _precision(device)
    note = f"{_name(device)}, {str(chosen).removeprefix('torch.')}"
    return Runtime(
        torch.device(device), chosen, f"{note}; {unused}" if device == "cpu" and (unused := _unused_gpu()) else note
    )


def _precision(device: str) -> torch.dtype:
    """The fastest precision that keeps cosines to float32 above 0.9995."""
    import torch

    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if device == "cpu" and _has_fast_bfloat16() else torch.float32


def _has_fast_bfloat16() -> bool:
    """Whether this CPU has bfloat16 instructions; without them bfloat16 is slower than float32."""
    import torch

    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    names = ("avx512_bf16", "amx_bf16", "bf16")
    return any(capabilities.get(name) for name in names) or bool(
        getattr(torch.cpu, "_is_avx512_bf16_supported", bool)()
    )


def _no_int8_reason(device: str) -> str:
    """Why products of bytes are not possible or no faster; "" if they are."""
    import torch

    if device != "cpu":
        return "only for the CPU"
    if not hasattr(torch.ops.onednn, "qlinear_pointwise"):
        return "this torch was built without oneDNN"
    return "" if getattr(torch.cpu, "_is_vnni_supported", bool)() else "this CPU has no instructions for it"


def _name(device: str) -> str:
    import torch

    if device == "cuda":
        return f"cuda ({torch.cuda.get_device_name()})"
    return f"cpu ({torch.get_num_threads()} threads)" if device == "cpu" else device


def _unused_gpu() -> str:
    """Names a GPU of this machine that is not used, and says why; "" if there is none."""
    import torch

    if torch.cuda.is_available():
        return "a CUDA GPU is available but was not selected"
    if shutil.which("nvidia-smi"):
        return f"an NVIDIA GPU is present but not used: {_no_cuda_reason()}"
    if torch.backends.mps.is_available():
        return "Apple's GPU is available but was not selected"
    return ""


def _no_cuda_reason() -> str:
    import torch

    if torch.cuda.is_available():
        return ""
    if torch.version.cuda is None:
        return "this torch was built without CUDA"
    return "torch finds no CUDA GPU (driver missing or too old?)"


def _no_mps_reason() -> str:
    import torch

    if torch.backends.mps.is_available():
        return ""
    return "this torch finds no Metal GPU" if platform.system() == "Darwin" else "only available on Macs"
