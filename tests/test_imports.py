"""The package's modules import each other without cycles."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "codesearch"


def _modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes, imports inside functions too, but none that only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _runtime_nodes(node)


def _imported(path: Path, modules: dict[str, Path]) -> set[str]:
    """The package's modules that a module names in its imports."""
    names: list[str] = []
    for node in _runtime_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} has a relative import, which this test does not read"
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            names += [name if name in modules else str(node.module) for name in submodules]
    return {name for name in names if name in modules}


def _graph() -> dict[str, set[str]]:
    """What every module imports."""
    modules = _modules()
    return {name: _imported(path, modules) - {name} for name, path in modules.items()}


def _cycle(graph: dict[str, set[str]]) -> str:
    """A cycle of the graph in words, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " → ".join(reversed(error.args[1]))
    return ""


def test_modules_import_each_other_without_cycles() -> None:
    graph = _graph()
    assert "codesearch.search.rank" in graph["codesearch.search.searcher"]
    assert not _cycle(graph)


def test_packages_import_each_other_without_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for name, imported in _graph().items():
        package, *others = (".".join(module.split(".")[:2]) for module in (name, *imported))
        graph.setdefault(package, set()).update(other for other in others if other != package)
    assert not _cycle(graph)
