"""Language detection by file name, extension and first line, and by content if these are ambiguous."""

from __future__ import annotations

import re
from functools import cache

from codesearch.languages.heuristics import by_content, looks_like_source
from codesearch.languages.registry import LANGUAGES, Language, by_name, resolve

_SHEBANG = re.compile(r"#!([^\n]+)")
_NIX_INTERPRETER = re.compile(r"^#![^\n]*\bnix\b[^\n]*?[ \t](?:-i|-c|--command)[ \t]+(\S+)", re.MULTILINE)
"""`nix-shell` takes the interpreter from a later line (`#! nix-shell -i python3 -p …`)."""
_LAUNCHERS = frozenset(
    "env sudo doas nice ionice time nohup stdbuf setsid fakeroot xvfb-run busybox toybox npx pnpm yarn bundle poetry"
    " pipenv pdm hatch rye conda mamba micromamba run exec".split()
)
"""Programs and subcommands that run the interpreter given as their argument."""
_OPTION_WITH_VALUE = re.compile(r"-[CgnpuU]|--(?:unset|chdir|user|group|name|prefix)")
_SPLIT_STRING = re.compile(r"-\w*S|--split-string=")
"""env's option for splitting its argument; the value follows with or without a space."""
_VERSION = re.compile(r"-?\d[\d.]*t?$")
_MODELINE = re.compile(
    r"-\*-[ \t]*(?:.*?mode:[ \t]*)?([\w+#-]+)[ \t]*(?:;.*?)?-\*-|\bvim?:.*?\b(?:ft|filetype|syntax)=([\w+#-]+)",
    re.IGNORECASE,
)
_MODELINE_CHARS = 500
_MODES = {"cperl": "perl", "sh-script": "shell", "makefile-gmake": "makefile", "objc": "text", "asm": "assembly"}
_TEMPLATE_SUFFIXES = (".in", ".dist", ".example", ".sample", ".template")
# Text that is neither source nor documentation. Such files are not read.
DATA_EXTENSIONS = frozenset(
    ".json .jsonl .ndjson .geojson .json5 .webmanifest .map .csv .tsv .psv .lock .svg .log .out .txt .xml .plist"
    " .rss .atom .gpx .kml .snap .golden .expected .diff .patch .rej .orig .bak .pem .crt .cer .asc .sig"
    " .sum .md5 .sha1 .sha256 .srt .vtt .sub .ics .vcf .eml .mbox .obj .mtl .stl .ply .gltf .dae .fa .fasta .fastq"
    " .pdb .sdf .vcxproj .csproj .fsproj .vbproj .sln .suo .filters .resx .xlf .xliff .strings .pbxproj"
    " .storyboard .xib .nib .afm .bdf .pfb .ps .eps .rtf .tmx .har .pot .mo .db .sqlite .dat .bin .hex .srec .prof"
    " .gcov .lcov .tap .trace .dump".split()
)
_BINARY_EXTENSIONS = frozenset(
    ".png .jpg .jpeg .gif .bmp .ico .icns .webp .avif .tif .tiff .psd .ai .xcf .heic .mp3 .mp4 .m4a .wav .ogg"
    " .oga .flac .avi .mov .mkv .webm .woff .woff2 .ttf .otf .eot .pdf .doc .docx .xls .xlsx .xlsm .ppt .pptx .odt"
    " .ods .odp .zip .gz .tgz .bz2 .xz .zst .lz4 .7z .rar .tar .jar .war .ear .whl .egg .gem .deb .rpm .apk .dmg"
    " .iso .exe .dll .so .dylib .lib .a .o .ko .obj .class .pyc .pyo .pyd .elc .beam .wasm .node .swf .sqlite3"
    " .parquet .feather .arrow .npy .npz .pkl .pickle .pt .pth .onnx .safetensors .h5 .hdf5 .tflite .model .frx"
    " .res .resources .snk .pfx .p12 .jks".split()
)


def detect(path: str, text: str) -> Language | None:
    """The language of a file; "Text" for documents and for source in an unsupported language, None for data."""
    name = path[path.rfind("/") + 1 :]
    if language := _by_filename().get(name):
        return language
    for suffix in _suffixes(name):
        if suffix in (".C", ".H"):
            return resolve("C++")
        suffix = suffix.lower()
        if (content_name := by_content(suffix, text)) is not None:
            language = _by_first_lines(text)
            return language if language and suffix in language.extensions else by_name(content_name)
        if language := _by_extension().get(suffix):
            return language
        if suffix in DATA_EXTENSIONS:
            return language if (language := _by_stem(name)) and language.name == "Text" else None
        if suffix in _TEMPLATE_SUFFIXES and "." in name[: -len(suffix)].lstrip("."):
            return detect(name[: -len(suffix)], text)
    guess = _by_stem(name) or _by_first_lines(text)
    if not guess and (text.startswith("#!/") or looks_like_source(text)):
        return resolve("Text")
    return guess


def is_candidate(name: str) -> bool:
    """Whether a file can be source, judging by its name; false for data, media, archives and compiled files."""
    if name in _by_filename():
        return True
    if name.startswith(".") and "." not in name[1:]:
        return False  # configuration (`.gitignore`, `.npmrc`), unless it is listed under a language
    suffix = name[name.rfind(".") :].lower() if "." in name[1:] else ""
    if suffix in DATA_EXTENSIONS:
        return (language := _by_stem(name)) is not None and language.name == "Text"
    return suffix not in _BINARY_EXTENSIONS


def _suffixes(name: str) -> list[str]:
    """`a.d.ts` → .d.ts, .ts"""
    parts = name.split(".")
    return ["." + ".".join(parts[i:]) for i in range(1, len(parts))]


def _by_stem(name: str) -> Language | None:
    """`Dockerfile.dev`, `Makefile-arm` and `README.txt`, by the part before the first `.`, `-` or `_`."""
    return _by_filename().get(re.split(r"[.\-_]", name, maxsplit=1)[0])


def _by_first_lines(text: str) -> Language | None:
    """By a shebang, `#compdef` or an editor's mode line."""
    if match := _SHEBANG.match(text):
        interpreter = _interpreter(match[1], text)
        languages = _by_interpreter()
        return languages.get(interpreter) or languages.get(_VERSION.sub("", interpreter)) or resolve("Text")
    if text.startswith(("#compdef", "#autoload")):
        return resolve("Shell")
    if match := _MODELINE.search(text, 0, _MODELINE_CHARS):
        mode = (match[1] or match[2]).lower()
        return by_name(_MODES.get(mode, mode))
    return None


def _interpreter(line: str, text: str) -> str:
    """`/usr/bin/env -S DEBUG=1 node --flag` → node"""
    is_value = False
    for word in line.replace('"', " ").replace("'", " ").split():
        word = re.split(r"[/\\]", _SPLIT_STRING.sub("", word))[-1].lower().removesuffix(".exe")
        if word in ("nix", "nix-shell"):
            match = _NIX_INTERPRETER.search(text, 0, _MODELINE_CHARS)
            return _interpreter(match[1], "") if match else "bash"
        is_argument = is_value or not word or word.startswith(("-", "+")) or "=" in word
        is_value = not is_value and bool(_OPTION_WITH_VALUE.fullmatch(word))
        if not is_argument and word not in _LAUNCHERS:
            return word
    return ""


@cache
def _by_filename() -> dict[str, Language]:
    return {name: language for language in reversed(LANGUAGES) for name in language.filenames}


@cache
def _by_extension() -> dict[str, Language]:
    return {extension.lower(): language for language in reversed(LANGUAGES) for extension in language.extensions}


@cache
def _by_interpreter() -> dict[str, Language]:
    return {name: language for language in reversed(LANGUAGES) for name in language.interpreters}
