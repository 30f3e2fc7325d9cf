"""Options that belong together, as a dataclass that several commands take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each field of the dataclasses among its parameters, which it gets filled in."""
    hints = get_type_hints(command, include_extras=True)
    own = signature(command).parameters.values()
    groups = {parameter.name: hints[parameter.name] for parameter in own if is_dataclass(hints[parameter.name])}

    def run(**given: Any) -> None:
        filled = {
            name: kind(**{one.name: given.pop(one.name) for one in fields(kind)}) for name, kind in groups.items()
        }
        command(**given, **filled)

    def parameters() -> Iterator[Parameter]:
        for parameter in own:
            if parameter.name in groups:
                yield from _options(groups[parameter.name])
            else:
                yield parameter.replace(annotation=hints[parameter.name], kind=Parameter.KEYWORD_ONLY)

    run.__doc__ = command.__doc__
    run.__signature__ = Signature([*parameters()])  # type: ignore[attr-defined]
    return run


def _options(group: type[Any]) -> Iterator[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for one in fields(group):
        yield Parameter(one.name, Parameter.KEYWORD_ONLY, default=_default(one), annotation=hints[one.name])


def _default(one: Field[Any]) -> Any:
    return one.default if one.default_factory is MISSING else one.default_factory()
