"""Editions of one page or file: older copies (`v1/`, `legacy/`) and translations (`docs/de/`, `README.zh-CN.md`).

An edition is recognised by its path alone, and only if its original exists too: `docs/cs/guide.md` may be Czech or
about C#, but beside `docs/guide.md` it is a translation. Code is never a translation; code in `v1/` is an older edition
of code in `v2/`, but not of code outside both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath
from typing import NamedTuple

_LANGUAGES = frozenset(
    "ar az be bg bn bs ca cs cy da de el en eo es et eu fa fi fil fr gl gu he hi hr hu hy id is it ja ka kk km kn ko lo"
    " lt lv mk ml mn mr ms my nb ne nl nn no pa pl pt ro ru si sk sl sq sr sv sw ta te tg th tl tr uk ur uz vi zh"
    " br cn gr jp kr tw ua".split()
)
"""ISO 639-1 codes of languages that documentation is written in, and country codes used in their place."""
_LOCALE = re.compile(r"(?P<language>[a-z]{2,3})(?:[-_](?:[a-z]{2}|[a-z]{4}|\d{3})){0,2}", re.IGNORECASE)
_ORIGINAL_LANGUAGE = "en"
_SEPARATOR = re.compile("[._-]")
_TRANSLATIONS = frozenset(
    "i18n _i18n l10n intl lang langs language languages locale locales translation translations".split()
)
_PAGES = frozenset(".md .mdx .markdown .rst .adoc .asciidoc .org .txt .html .htm .tex .textile .rdoc".split())
"""Files that are translated as a whole; for code, a folder such as `cs` means something else."""
_DOCUSAURUS = "docusaurus-plugin-content-"
_VERSION = re.compile(
    r"(?:(?:v|version[-_]?)(?=\d)|(?=\d+\.))(?P<numbers>\d+(?:\.(?:\d+|x))*)(?P<preview>[-_.]?(?:alpha|beta|rc|pre|dev)\d*)?"
)
"""`v1`, `v1beta1`, `version-2.x`, `1.0`, but not a bare number."""
_OF_VERSIONS = "versioned_"
_ANY_VERSION = "v*"
_FRONT = "readme"
"""The front page of a versioned folder describes that folder, so it is no edition of another."""
_OLD = frozenset("legacy old archive archived obsolete deprecated attic".split())
_NEW = frozenset("latest current stable next main master".split())
_OLDEST: tuple[float, ...] = (-1.0,)
_NEWEST: tuple[float, ...] = (float("inf"),)


class Edition(NamedTuple):
    """Which page or file a path is an edition of, and which edition."""

    page: str
    """Equal for all editions of a page."""
    is_original_language: bool
    version: tuple[float, ...]
    """Compares higher for newer versions."""


def originals(paths: Iterable[str]) -> dict[str, str]:
    """Maps each path that is an older copy or a translation to the path of its original."""
    pages: dict[str, list[str]] = {}
    for path in paths:
        pages.setdefault(edition_of(path).page, []).append(path)
    found: dict[str, str] = {}
    for editions in pages.values():
        original = max(editions, key=_precedence)
        if len(editions) > 1 and edition_of(original).is_original_language:
            found.update((path, original) for path in editions if _rank(path) < _rank(original))
    return found


def is_page(path: str) -> bool:
    """Whether a file is documentation, which is translated as a whole."""
    return PurePosixPath(path).suffix.lower() in _PAGES


@lru_cache(maxsize=1 << 14)
def edition_of(path: str) -> Edition:
    """The edition at a `/`-separated path, by the languages and versions named in it."""
    file = PurePosixPath(path)
    stem = file.stem
    is_text = is_page(path)
    stands_alone = is_text and not stem.lower().startswith(_FRONT)
    kept: list[str] = []
    locale, version = "", _NEWEST
    for folder in file.parts[:-1]:
        name = folder.lower().removeprefix(_DOCUSAURUS)
        if is_text and not locale and _is_locale(name):
            locale = name
        elif (folder_version := _version_of(name)) is not None:
            version = min(version, folder_version)
            kept += [] if stands_alone or folder_version in (_OLDEST, _NEWEST) else [_ANY_VERSION]
        elif not (is_text and name in _TRANSLATIONS):
            kept.append(name.removeprefix(_OF_VERSIONS))
    if is_text and not locale:
        stem, locale = _without_locale(stem)
    is_original = re.split("[-_]", locale)[0] in ("", _ORIGINAL_LANGUAGE)
    return Edition("/".join([*kept, stem.lower() + file.suffix.lower()]), is_original, version)


def _is_locale(text: str) -> bool:
    """Whether a text is a language, maybe with a country and a script: `de`, `pt-BR`, `zh_Hant`."""
    match = _LOCALE.fullmatch(text)
    return match is not None and match["language"].lower() in _LANGUAGES


def _without_locale(stem: str) -> tuple[str, str]:
    """`README.zh-CN` → `README` and `zh-cn`; without a locale, the stem and an empty string."""
    for separator in _SEPARATOR.finditer(stem, 1):
        if _is_locale(locale := stem[separator.end() :]):
            return stem[: separator.start()], locale.lower()
    return stem, ""


def _version_of(folder: str) -> tuple[float, ...] | None:
    """The version that a folder is named after, or None; a preview sorts before its release."""
    if folder in _OLD:
        return _OLDEST
    if folder in _NEW:
        return _NEWEST
    match = _VERSION.fullmatch(folder)
    if match is None:
        return None
    numbers = [float("inf") if part == "x" else float(part) for part in match["numbers"].split(".")]
    return (*numbers, -1.0 if match["preview"] else 0.0)


def _rank(path: str) -> tuple[bool, tuple[float, ...]]:
    """Sort key by which an original ranks above its editions: original language first, then newest version."""
    edition = edition_of(path)
    return edition.is_original_language, edition.version


def _precedence(path: str) -> tuple[bool, tuple[float, ...], int, str]:
    """`_rank`, with ties going to the path nearest to the root."""
    return *_rank(path), -path.count("/"), path
