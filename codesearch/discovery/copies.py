"""Files that programs wrote from other files beside them, told by where they lie: builds, amalgamations, pages.

A copy is one only beside what it was made of: `dist/` or `single_include/` that is all that a repository has is its
source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from codesearch.discovery.skip_reason import SkipReason

_BUNDLES = frozenset(("dist",))
"""Folders of what bundlers make of all that lies beside them."""
_SINGLE_HEADERS = frozenset(
    "single_include single-include single_header single-header singleheader amalgamation amalgamated".split()
)
_BUILDS = frozenset("build _build out output lib es esm cjs umd".split())
"""Folders in which files have the names of what they were built from; others are called so too."""
_SHARE_BUILT = 0.5
"""Of the files of such a folder have to have a source."""
_SOURCES = ("src/", "source/", "sources/", "lib/")
_PYTHON_BUILD = re.compile(r"lib(?:\.[\w.-]+)?/")
"""setuptools copies packages to `build/lib/`."""
_AMALGAMATED = re.compile(r"[_-]amalgamat(?:ed|ion)\.|^amalgamated[_-]", re.IGNORECASE)

_BUNDLED = frozenset(".js .mjs .cjs .css .ts .mts .cts .html".split())
_COMPILED = _BUNDLED | {".py"}
_WEB = _BUNDLED | frozenset(".jsx .tsx .coffee .vue .svelte .scss .sass .less .styl .elm .re .res .ls".split())
_C_FAMILY = frozenset(".c .cc .cpp .cxx .h .hh .hpp .hxx .inl .ipp .tpp".split())
_ASIDE = frozenset(
    "test tests spec __tests__ e2e fixtures example examples demo demos doc docs documentation site website benchmark"
    " benchmarks bench script scripts tool tools ci extras third_party config .github public static".split()
)
"""What lies there is not what a copy was made of."""
_SETTINGS = re.compile(
    r"^(?:\.|[^/]*\.conf(?:ig)?\.|(?:gulp|grunt|jake)file|(?:webpack|rollup|karma|jest|babel|postcss|eslint|setup)\b)",
    re.IGNORECASE,
)

_DOCUMENTATION_FRONTS = frozenset(
    "genindex.html allclasses-index.html allclasses-frame.html overview-tree.html dynsections.js".split()
)
"""Names that only documentation made by a program has: Sphinx's, Javadoc's, Doxygen's."""
_PAGES = frozenset(".html .htm .js .css".split())


def derived(paths: Sequence[str]) -> dict[str, SkipReason]:
    """The files among all of a repository that are no source, each with its reason."""
    found = dict.fromkeys(_documentation(paths), SkipReason.GENERATED_DOCUMENTATION)
    suspects = {path: place for path in paths if (place := _place(path)) is not None and path not in found}
    if suspects:
        builds = {path: place for path, place in suspects.items() if _name_of(place) in _BUILDS}
        found |= dict.fromkeys(_compiled(builds, paths), SkipReason.BUILT_COPY)
        bundles = {path: place for path, place in suspects.items() if path not in builds}
        found |= dict.fromkeys(_bundled(bundles, [path for path in paths if path not in found]), SkipReason.BUILT_COPY)
    return found


def _documentation(paths: Sequence[str]) -> Iterator[str]:
    """Pages, and what belongs to them, below a folder with a front that only a program makes."""
    fronts = (path.rpartition("/") for path in paths if path[path.rfind("/") + 1 :] in _DOCUMENTATION_FRONTS)
    if folders := {folder + slash for folder, slash, _ in fronts}:
        yield from (path for path in paths if _suffix(path) in _PAGES and not folders.isdisjoint(_folders(path)))


def _place(path: str) -> str | None:
    """The folder, with its `/`, that makes a file suspect of being a copy; None for most files."""
    folder, _, name = path.rpartition("/")
    if (place := _place_of(folder)) and _suffix(name) in _copied(place):
        return place
    return "" if "malgam" in name and _AMALGAMATED.search(name) and _suffix(name) in _C_FAMILY else None


@lru_cache(maxsize=1 << 14)
def _place_of(folder: str) -> str:
    """The outermost folder named like one of copies, those that are seldom called so otherwise first."""
    parts = folder.split("/")
    for names in (_BUNDLES | _SINGLE_HEADERS, _BUILDS):
        at = next((i for i, part in enumerate(parts) if part in names), None)
        if at is not None:
            return "/".join(parts[: at + 1]) + "/"
    return ""


def _copied(place: str) -> frozenset[str]:
    """Suffixes of copies in a place."""
    name = _name_of(place)
    if name in _SINGLE_HEADERS:
        return _C_FAMILY
    return _COMPILED if name in ("build", "_build") else _BUNDLED


def _bundled(bundles: Mapping[str, str], paths: Sequence[str]) -> Iterator[str]:
    """The files of bundles that have source of their kind beside their folder."""
    if not bundles:
        return
    web: set[str] = set()
    c_family: set[str] = set()
    for path in paths:
        suffix = _suffix(path)
        if path in bundles or _SETTINGS.match(path[path.rfind("/") + 1 :]):
            continue
        if suffix in _WEB:
            web.update(_folders(path, _ASIDE))
        elif suffix in _C_FAMILY:
            c_family.update(_folders(path, _ASIDE))
    for path, place in bundles.items():
        if _above(place) in (c_family if _suffix(path) in _C_FAMILY else web):
            yield path


def _compiled(builds: Mapping[str, str], paths: Sequence[str]) -> Iterator[str]:
    """The files of builds that have their source beside their folder, where most of that folder have."""
    if not builds:
        return
    names = {_key(path) for path in paths if _suffix(path) in _WEB or path.endswith(".py")}
    places: dict[str, list[str]] = {}
    for path, place in builds.items():
        places.setdefault(place, []).append(path)
    for place, built in places.items():
        copies = [path for path in built if not names.isdisjoint(_sources_of(place, path))]
        if len(copies) >= _SHARE_BUILT * len(built):
            yield from copies


def _sources_of(place: str, path: str) -> Iterator[str]:
    """Where the source of a built file may lie."""
    above, below = _above(place), path.removeprefix(place)
    if not below.endswith(".py"):
        yield from (_key(above + source + below) for source in _SOURCES if above + source != place)
    elif package := _PYTHON_BUILD.match(below):
        yield from (above + source + below[package.end() :] for source in ("", "src/"))


def _name_of(place: str) -> str:
    """`dist` of `a/dist/`."""
    return place[:-1].rpartition("/")[2]


def _above(place: str) -> str:
    """`a/` of `a/dist/`."""
    return place[: place.rfind("/", 0, -1) + 1]


def _folders(path: str, none_below: frozenset[str] = frozenset()) -> Iterator[str]:
    """The folders that a file lies in, each with its `/`, the nearest first, up to one of the names given."""
    while (end := path.rfind("/")) >= 0:
        yield path[: end + 1]
        path = path[:end]
        if path[path.rfind("/") + 1 :] in none_below:
            return
    yield ""


def _suffix(path: str) -> str:
    return path[path.rfind(".") :].lower() if "." in path else ""


def _key(path: str) -> str:
    """A path without what a build changes, for the web all behind the first dot of its name (`three.module.js`)."""
    if path.endswith(".py"):
        return path
    folder, slash, name = path.rpartition("/")
    return (folder + slash + name.partition(".")[0]).lower()
