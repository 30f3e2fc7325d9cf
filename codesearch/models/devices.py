"""Where a transformer runs, in which precision, and why not elsewhere."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from codesearch.errors import CodesearchError, InstallExtra, ModelUnavailable

if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class Runtime:
    """A device and the precision of linear layers on it."""

    device: torch.device
    precision: torch.dtype
    note: str
    """What is used, and a GPU that is not, for the user to read."""


def require_torch() -> Any:
    """The torch module. Raises ModelUnavailable where it is not installed."""
    try:
        import torch
    except ImportError as error:
        raise ModelUnavailable("transformers need torch", InstallExtra("jina")) from error
    return torch


def check(device: str, precision: str = "auto") -> None:
    """Raises CodesearchError for what is no device or precision."""
    if device not in DEVICES or precision not in PRECISIONS:
        raise CodesearchError(
            f"no device {device!r} with precision {precision!r}",
            f"devices: {', '.join(DEVICES)}; precisions: {', '.join(PRECISIONS)}",
        )


def choose(device: str = "auto", precision: str = "auto") -> Runtime:
    """What to run on. Raises CodesearchError where the device asked for is not there."""
    check(device, precision)
    torch = require_torch()
    missing = {"cuda": _why_no_cuda(), "mps": _why_no_mps()}
    if missing.get(device):
        raise CodesearchError(f"--device {device}: {missing[device]}", "use --device auto")
    if device == "auto":
        device = next((gpu for gpu, reason in missing.items() if not reason), "cpu")
    chosen = getattr(torch, precision) if precision != "auto" else _precision(device)
    note = f"{_name(device)}, {str(chosen).removeprefix('torch.')}"
    return Runtime(torch.device(device), chosen, f"{note}; {idle}" if device == "cpu" and (idle := _idle()) else note)


def _precision(device: str) -> torch.dtype:
    """The fastest precision that keeps cosines to float32 above 0.9995."""
    import torch

    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if device == "cpu" and _has_fast_bfloat16() else torch.float32


def _has_fast_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself; emulated it is slower than float32."""
    import torch

    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    names = ("avx512_bf16", "amx_bf16", "bf16")
    return any(capabilities.get(name) for name in names) or bool(
        getattr(torch.cpu, "_is_avx512_bf16_supported", bool)()
    )


def _name(device: str) -> str:
    import torch

    if device == "cuda":
        return f"cuda ({torch.cuda.get_device_name()})"
    return f"cpu ({torch.get_num_threads()} threads)" if device == "cpu" else device


def _idle() -> str:
    """A GPU that this machine has and that is not used, and why."""
    import torch

    if torch.cuda.is_available():
        return "a CUDA GPU is here but was not asked for"
    if shutil.which("nvidia-smi"):
        return f"an NVIDIA GPU is here but not used: {_why_no_cuda()}"
    if torch.backends.mps.is_available():
        return "Apple's GPU is here but was not asked for"
    return ""


def _why_no_cuda() -> str:
    import torch

    if torch.cuda.is_available():
        return ""
    if torch.version.cuda is None:
        return "this torch is built without CUDA"
    return "torch finds no CUDA GPU (driver missing or too old?)"


def _why_no_mps() -> str:
    import torch

    if torch.backends.mps.is_available():
        return ""
    return "this torch finds no Metal GPU" if platform.system() == "Darwin" else "it is for Macs"
