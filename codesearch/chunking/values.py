"""JavaScript and TypeScript: the function, class or object that is assigned to a name, unwrapped.

Wrappers are parentheses, casts and calls:

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
"""Node types of values, and the kinds of their units."""
_WRAPPERS = frozenset(
    "parenthesized_expression as_expression satisfies_expression non_null_expression await_expression".split()
)
_ALTERNATIVES = {
    "binary_expression": ("right",),  # window.fetch || function () {}
    "ternary_expression": ("consequence", "alternative"),
    "assignment_expression": ("right",),  # Cart.fn = Cart.prototype = {}
}
_CHAINED = frozenset(("object", "assignment_expression"))
"""Values of a chain of assignments that define its first name. A function defines the last one."""
_CALLS = frozenset(("call_expression", "new_expression"))
_NOT_WRAPPERS = frozenset(
    "map flatMap filter find findIndex findLast some every reduce reduceRight forEach sort toSorted"
    " then catch finally".split()
)
"""Methods that take a function but return something else."""
_MOST_STEPS = 40
"""Nodes visited per value; bounds the cost of long chains of calls."""


def unwrap(node: Node) -> Node | None:
    """The value wrapped by an expression: its first function or class, else its first object.

    Arguments that are objects on one line don't count: `connect({ port: 80 })`.
    """
    first_object: Node | None = None
    stack = [(node, False)]
    for _ in range(_MOST_STEPS):
        if not stack:
            break
        current, is_called = stack.pop()
        if current.type == "object":
            if not is_called or current.start_point.row < current.end_point.row:
                first_object = first_object or current
        elif current.type in VALUE_KINDS:
            return current
        else:
            is_called = is_called or current.type in _CALLS
            stack.extend((inner, is_called) for inner in reversed(_inner(current)))
    return first_object


def body(value: Node) -> Node:
    """The body of a value; an object is its own body."""
    return value.child_by_field_name("body") or value


def _inner(node: Node) -> list[Node]:
    """The expressions that an expression may wrap, most likely first."""
    if node.type in _CALLS:
        return _inner_of_call(node)
    if node.type == "type_assertion":
        return node.named_children[-1:]
    if node.type in _WRAPPERS:
        return node.named_children[:1]
    fields = [node.child_by_field_name(name) for name in _ALTERNATIVES.get(node.type, ())]
    return [field for field in fields if field and (node.type != "assignment_expression" or field.type in _CHAINED)]


def _inner_of_call(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    function = call.child_by_field_name("function")
    inner = list(arguments.named_children) if arguments else []
    if function and function.type == "member_expression":
        method = function.child_by_field_name("property")
        if method and (method.text or b"").decode("utf-8", "replace") in _NOT_WRAPPERS:
            return []
        function = function.child_by_field_name("object")
    if function and function.type in ("call_expression", "parenthesized_expression"):
        inner.append(function)
    return inner
