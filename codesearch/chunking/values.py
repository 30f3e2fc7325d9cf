"""JavaScript and TypeScript: the function, class or object that a name is given, behind parentheses, casts and calls.

`const save = (async () => { … }) satisfies Handler`, `const Row = memo(forwardRef((props, ref) => { … }))`,
`const useCart = create<Cart>()((set) => ({ … }))`, `const levels = Object.freeze({ … })`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

VALUE_KINDS = {
    "arrow_function": "function",
    "function_expression": "function",
    "generator_function": "function",
    "class": "class",
    "object": "object",
}
"""Types of nodes that are such values, and the kinds of units that these make."""
_WRAPPERS = frozenset(
    "parenthesized_expression as_expression satisfies_expression non_null_expression await_expression".split()
)
_ALTERNATIVES = {
    "binary_expression": ("right",),  # window.fetch || function () {}
    "ternary_expression": ("consequence", "alternative"),
    "assignment_expression": ("right",),  # Cart.fn = Cart.prototype = {}
}
_CHAINED = frozenset(("object", "assignment_expression"))
"""What a chain of assignments gives its first name. A function belongs to its last one."""
_CALLS = frozenset(("call_expression", "new_expression"))
_NO_WRAPPERS = frozenset(
    "map flatMap filter find findIndex findLast some every reduce reduceRight forEach sort toSorted"
    " then catch finally".split()
)
"""Methods that call a function and give something else."""
_MOST_STEPS = 40
"""Nodes that are looked at for a value, so that a long chain of calls costs little."""


def behind(node: Node) -> Node | None:
    """The value behind an expression: its first function or class, else its first object.

    What a call is given is no value where it is an object on one line: `connect({ port: 80 })`.
    """
    first_object: Node | None = None
    waiting = [(node, False)]
    for _ in range(_MOST_STEPS):
        if not waiting:
            break
        at, is_called = waiting.pop()
        if at.type == "object":
            if not is_called or at.start_point.row < at.end_point.row:
                first_object = first_object or at
        elif at.type in VALUE_KINDS:
            return at
        else:
            is_called = is_called or at.type in _CALLS
            waiting.extend((inner, is_called) for inner in reversed(_inner(at)))
    return first_object


def body(value: Node) -> Node:
    """Where what is behind an expression has its body; an object is one."""
    return value.child_by_field_name("body") or value


def _inner(node: Node) -> list[Node]:
    """What an expression may be a wrapper of, the likeliest first."""
    if node.type in _CALLS:
        return _of_call(node)
    if node.type == "type_assertion":
        return node.named_children[-1:]
    if node.type in _WRAPPERS:
        return node.named_children[:1]
    fields = [node.child_by_field_name(name) for name in _ALTERNATIVES.get(node.type, ())]
    return [field for field in fields if field and (node.type != "assignment_expression" or field.type in _CHAINED)]


def _of_call(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    function = call.child_by_field_name("function")
    inner = list(arguments.named_children) if arguments else []
    if function and function.type == "member_expression":
        method = function.child_by_field_name("property")
        if method and (method.text or b"").decode("utf-8", "replace") in _NO_WRAPPERS:
            return []
        function = function.child_by_field_name("object")
    if function and function.type in ("call_expression", "parenthesized_expression"):
        inner.append(function)
    return inner
