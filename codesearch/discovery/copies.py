"""Recognising generated files by their location: builds, amalgamations and HTML documentation.

Files are copies only if their source is in the same repository: if `dist/` or `single_include/` is all that a
repository has, it is the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from codesearch.discovery.skip_reason import SkipReason

_BUNDLES = frozenset(("dist",))
"""Folders for the output of bundlers, whose input are all files beside them."""
_SINGLE_HEADERS = frozenset(
    "single_include single-include single_header single-header singleheader amalgamation amalgamated".split()
)
_BUILDS = frozenset("build _build out output lib es esm cjs umd".split())
"""Folders for builds, whose files have the names of their sources. Other folders have these names too."""
_MIN_BUILT_SHARE = 0.5
"""Minimum share of files with a source in a folder for builds."""
_SOURCES = ("src/", "source/", "sources/", "lib/")
_PYTHON_BUILD = re.compile(r"lib(?:\.[\w.-]+)?/")
"""setuptools copies packages to `build/lib/`."""
_AMALGAMATED = re.compile(r"[_-]amalgamat(?:ed|ion)\.|^amalgamated[_-]", re.IGNORECASE)

_BUNDLED = frozenset(".js .mjs .cjs .css .ts .mts .cts .html".split())
_COMPILED = _BUNDLED | {".py"}
_WEB = _BUNDLED | frozenset(".jsx .tsx .coffee .vue .svelte .scss .sass .less .styl .elm .re .res .ls".split())
_C_FAMILY = frozenset(".c .cc .cpp .cxx .h .hh .hpp .hxx .inl .ipp .tpp".split())
_SECONDARY = frozenset(
    "test tests spec __tests__ e2e fixtures example examples demo demos doc docs documentation site website benchmark"
    " benchmarks bench script scripts tool tools ci extras third_party config .github public static".split()
)
"""Folders whose files are not the source of a copy."""
_SETTINGS = re.compile(
    r"^(?:\.|[^/]*\.conf(?:ig)?\.|(?:gulp|grunt|jake)file|(?:webpack|rollup|karma|jest|babel|postcss|eslint|setup)\b)",
    re.IGNORECASE,
)

_DOCUMENTATION_MARKERS = frozenset(
    "genindex.html allclasses-index.html allclasses-frame.html overview-tree.html dynsections.js".split()
)
"""Names of files that Sphinx, Javadoc or Doxygen generate."""
_PAGES = frozenset(".html .htm .js .css".split())


def derived(paths: Sequence[str]) -> dict[str, SkipReason]:
    """The generated files among all paths of a repository, each with the reason to skip it."""
    reasons = dict.fromkeys(_documentation(paths), SkipReason.GENERATED_DOCUMENTATION)
    candidates = {
        path: output for path in paths if (output := _output_folder(path)) is not None and path not in reasons
    }
    if candidates:
        builds = {path: output for path, output in candidates.items() if _name_of(output) in _BUILDS}
        reasons |= dict.fromkeys(_compiled(builds, paths), SkipReason.BUILT_COPY)
        bundles = {path: output for path, output in candidates.items() if path not in builds}
        remaining = [path for path in paths if path not in reasons]
        reasons |= dict.fromkeys(_bundled(bundles, remaining), SkipReason.BUILT_COPY)
    return reasons


def _documentation(paths: Sequence[str]) -> Iterator[str]:
    """Pages with their scripts and styles, in or below a folder with one of _DOCUMENTATION_MARKERS."""
    markers = (path.rpartition("/") for path in paths if path[path.rfind("/") + 1 :] in _DOCUMENTATION_MARKERS)
    if folders := {folder + slash for folder, slash, _ in markers}:
        yield from (path for path in paths if _suffix(path) in _PAGES and not folders.isdisjoint(_folders(path)))


def _output_folder(path: str) -> str | None:
    """The folder, with its `/`, because of which a file may be a copy; None for most files.

    It is empty for a file that may be an amalgamation because of its name.
    """
    folder, _, name = path.rpartition("/")
    if (output := _outermost_output(folder)) and _suffix(name) in _output_suffixes(output):
        return output
    return "" if "malgam" in name and _AMALGAMATED.search(name) and _suffix(name) in _C_FAMILY else None


@lru_cache(maxsize=1 << 14)
def _outermost_output(folder: str) -> str:
    """The outermost parent folder with a name of bundles or headers, or else with one of builds; empty if none."""
    parts = folder.split("/")
    for names in (_BUNDLES | _SINGLE_HEADERS, _BUILDS):
        at = next((i for i, part in enumerate(parts) if part in names), None)
        if at is not None:
            return "/".join(parts[: at + 1]) + "/"
    return ""


def _output_suffixes(output: str) -> frozenset[str]:
    """Suffixes of files that may be copies in an output folder."""
    name = _name_of(output)
    if name in _SINGLE_HEADERS:
        return _C_FAMILY
    return _COMPILED if name in ("build", "_build") else _BUNDLED


def _bundled(bundles: Mapping[str, str], paths: Sequence[str]) -> Iterator[str]:
    """The files of bundles, given with their output folders, that have sources of their kind beside that folder."""
    if not bundles:
        return
    web: set[str] = set()
    c_family: set[str] = set()
    for path in paths:
        suffix = _suffix(path)
        if path in bundles or _SETTINGS.match(path[path.rfind("/") + 1 :]):
            continue
        if suffix in _WEB:
            web.update(_folders(path, _SECONDARY))
        elif suffix in _C_FAMILY:
            c_family.update(_folders(path, _SECONDARY))
    for path, output in bundles.items():
        if _parent(output) in (c_family if _suffix(path) in _C_FAMILY else web):
            yield path


def _compiled(builds: Mapping[str, str], paths: Sequence[str]) -> Iterator[str]:
    """The files of builds, given with their output folders, that have a source, if most files of their folder have."""
    if not builds:
        return
    keys = {_key(path) for path in paths if _suffix(path) in _WEB or path.endswith(".py")}
    files_by_output: dict[str, list[str]] = {}
    for path, output in builds.items():
        files_by_output.setdefault(output, []).append(path)
    for output, files in files_by_output.items():
        copies = [path for path in files if not keys.isdisjoint(_source_keys(output, path))]
        if len(copies) >= _MIN_BUILT_SHARE * len(files):
            yield from copies


def _source_keys(output: str, path: str) -> Iterator[str]:
    """Keys of the possible sources of a file in an output folder."""
    parent, relative = _parent(output), path.removeprefix(output)
    if not relative.endswith(".py"):
        yield from (_key(parent + source + relative) for source in _SOURCES if parent + source != output)
    elif package := _PYTHON_BUILD.match(relative):
        yield from (parent + source + relative[package.end() :] for source in ("", "src/"))


def _name_of(folder: str) -> str:
    """`dist` of `a/dist/`."""
    return folder[:-1].rpartition("/")[2]


def _parent(folder: str) -> str:
    """`a/` of `a/dist/`."""
    return folder[: folder.rfind("/", 0, -1) + 1]


def _folders(path: str, last: frozenset[str] = frozenset()) -> Iterator[str]:
    """The parent folders of a file, each with its `/`, the nearest first, up to one whose name is in `last`.

    Without such a folder, the root, which is empty, comes last.
    """
    while (end := path.rfind("/")) >= 0:
        yield path[: end + 1]
        path = path[:end]
        if path[path.rfind("/") + 1 :] in last:
            return
    yield ""


def _suffix(path: str) -> str:
    return path[path.rfind(".") :].lower() if "." in path else ""


def _key(path: str) -> str:
    """A key that a source and its builds share: the path up to the first dot of the file's name, in lower case.

    For Python, which is copied unchanged, it is the path.
    """
    if path.endswith(".py"):
        return path
    folder, slash, name = path.rpartition("/")
    return (folder + slash + name.partition(".")[0]).lower()
