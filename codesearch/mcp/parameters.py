"""The parameters of tools: their JSON schemas, and what callers pass.

Language models pass lists as text and numbers in quotes; what can only mean one thing is taken as that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codesearch.errors import CodesearchError

Value = str | int | tuple[str, ...]
Values = Mapping[str, Any]
"""By the names of the parameters, each of the type of its default."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A text, a number or a list of texts, by the type of its default."""

    name: str
    default: Value
    description: str = ""
    is_required: bool = False
    minimum: int = 1
    """Of a number that is not required; for a lower one it is taken."""
    maximum: int = 1_000_000
    """Of a number that is not required; for a higher one it is taken."""

    def schema(self) -> dict[str, Any]:
        """Its JSON schema. It has no unions, which some clients refuse."""
        schema: dict[str, Any] = {"type": "string"}
        if isinstance(self.default, int):
            schema = {"type": "integer"} | ({} if self.is_required else {"default": self.default})
        elif isinstance(self.default, tuple):
            schema = {"type": "array", "items": {"type": "string"}}
        return schema | ({"description": self.description} if self.description else {})

    def read(self, value: Any) -> Value:
        """A value that a caller passes. Raises CodesearchError if it is of another type, or needed and missing."""
        if value is None:
            if self.is_required:
                raise CodesearchError(f"{self.name} is missing")
            return self.default
        if isinstance(self.default, tuple):
            return self._texts(value)
        if isinstance(self.default, int):
            return self._number(value)
        if not isinstance(value, str):
            raise CodesearchError(f"{self.name} must be a string")
        return value

    def _texts(self, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = _as_list(value)
        if not isinstance(value, Sequence) or not all(isinstance(one, str) for one in value):
            raise CodesearchError(f"{self.name} must be a list of strings")
        return tuple(one.strip() for one in value if one.strip())

    def _number(self, value: Any) -> int:
        try:
            if isinstance(value, bool):
                raise ValueError(value)
            number = int(value)
            if isinstance(value, float) and not value.is_integer():
                raise ValueError(value)
        except (TypeError, ValueError, OverflowError):
            raise CodesearchError(f"{self.name} must be a whole number") from None
        return number if self.is_required else min(max(number, self.minimum), self.maximum)


def schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments."""
    return {
        "type": "object",
        "properties": {parameter.name: parameter.schema() for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.is_required],
    }


def read(parameters: Sequence[Parameter], arguments: Mapping[str, Any]) -> Values:
    """The value of each parameter. Raises CodesearchError as Parameter.read(), and for an unknown one."""
    names = [parameter.name for parameter in parameters]
    for name in arguments:
        if name not in names:
            raise CodesearchError(f"unknown parameter {name!r}", f"parameters: {', '.join(names)}")
    return {parameter.name: parameter.read(arguments.get(parameter.name)) for parameter in parameters}


def _as_list(text: str) -> Any:
    """A list that was passed as text: JSON, or names separated by commas."""
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            pass
    return text.split(",")
