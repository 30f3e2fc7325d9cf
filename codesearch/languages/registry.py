"""The table of languages. Adding one is an entry here and a query file in `queries/`."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from codesearch.errors import CodesearchError, ListLanguages
from codesearch.languages import literals
from codesearch.languages.literals import Literals

_C_COMMENTS = (("/*", "*/"),)
_MARKUP_COMMENTS = (("<!--", "-->"),)


class Dialect(NamedTuple):
    """A dialect, recognised by a mark in a file's first lines, with its grammar and queries."""

    mark: str
    grammar: str
    query: str


class Language(NamedTuple):
    """A language and how its files are recognised and chunked.

    `grammar` is "module:function" of a tree-sitter wheel; `scanner` names a module of `chunking/scanners` that finds
    the units of languages without a reliable grammar. Files of a language with neither are split into line windows.
    """

    name: str
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    grammar: str = ""
    grammar_variants: tuple[tuple[str, str], ...] = ()
    """Extensions whose files need a variant of the grammar (`.tsx`)."""
    query: str = ""
    """Stems of the query files in `queries/`; their captures are explained in `chunking/syntax.py`."""
    dialects: tuple[Dialect, ...] = ()
    scanner: str = ""
    hooks: str = ""
    """Module of `chunking/hooks` with any of `prepare(text)`, `keeps(unit)`, `refine(units, lines)` and
    `embedded(text)`, which yields code in other languages."""
    line_comments: tuple[str, ...] = ()
    block_comments: tuple[tuple[str, str], ...] = ()
    """Openers and closers. Two adjacent square brackets may have `=` between them, the same number in both."""
    nests_comments: bool = False
    """Whether block comments nest."""
    has_preprocessor: bool = False
    """Whether lines that begin with `#` may be preprocessor directives although `#` marks comments."""
    inner_comments: tuple[str, ...] = ()
    """Markers of comments that document the enclosing item instead of the next one (Rust's `//!`)."""
    separator: str = "."
    """Joins the parts of a qualified name."""
    scope_separator: str = ""
    """Joins namespaces and types, if other than `separator` (PHP's `A\\B` and `A\\B::c`)."""
    literals: Literals | None = None
    """If known, code that is being typed is repaired before it is parsed (`chunking/unfinished.py`)."""
    extra: str = ""
    """The extra of the distribution that installs the grammar, if it is not a core dependency."""

    def __hash__(self) -> int:
        """Of the name alone, as languages are the keys of caches that are read for every line of a comment."""
        return hash(self.name)

    def grammar_for(self, path: str) -> str:
        """The grammar for a file, by its extension."""
        for extension, grammar in self.grammar_variants:
            if path.endswith(extension):
                return grammar
        return self.grammar


class UnknownLanguage(CodesearchError):
    """There is no language with that name or alias."""


def by_name(name: str) -> Language | None:
    """The language with a name or alias (case-insensitive)."""
    return _BY_NAME.get(name.lower())


def resolve(name: str) -> Language:
    """As `by_name`, but raises `UnknownLanguage` with suggestions."""
    language = by_name(name)
    if language is None:
        import difflib

        near = difflib.get_close_matches(name.lower(), _BY_NAME, n=3, cutoff=0.5)
        names = ", ".join(dict.fromkeys(_BY_NAME[n].name for n in near))
        raise UnknownLanguage(
            f"unknown language {name!r}",
            f"did you mean {names}?" if names else ListLanguages(),
        )
    return language


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Extensions, file names and interpreters follow GitHub Linguist. If several languages share an extension, `detect`
# decides by content.
LANGUAGES: tuple[Language, ...] = (
    Language(
        "Assembly",
        aliases=("asm", "nasm", "gas", "masm"),
        extensions=_words(".a51 .asm .i .inc .ms .nas .nasm .s .x68"),
        scanner="assembly",
        line_comments=(";", "#", "//", "@", "|"),
        has_preprocessor=True,
        block_comments=_C_COMMENTS,
    ),
    Language(
        "Batchfile",
        aliases=("batch", "bat", "cmd"),
        extensions=(".bat", ".cmd"),
        filenames=("gradlew.bat", "mvnw.cmd"),
        grammar="tree_sitter_batch:language",
        scanner="batchfile",
        line_comments=("rem ", "@rem", "::", "REM ", "@REM", "Rem "),
    ),
    Language(
        "C",
        extensions=(".c", ".cats", ".h", ".h.in"),
        interpreters=("tcc",),
        grammar="tree_sitter_c:language",
        query="c",
        hooks="c_family",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        literals=literals.C,
    ),
    Language(
        "C#",
        aliases=("csharp", "cs"),
        extensions=(".cake", ".cs", ".cs.pp", ".csx", ".linq"),
        interpreters=("dotnet", "dotnet-script"),
        grammar="tree_sitter_c_sharp:language",
        query="csharp",
        hooks="csharp",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        literals=literals.C_SHARP,
    ),
    Language(
        "C++",
        aliases=("cpp", "cxx", "cc"),
        extensions=_words(
            ".c++ .c++m .cc .ccm .cp .cpp .cppm .cxx .cxxm .h .h++ .hh .hpp .hxx .inc .inl .ino .ipp .ixx .re .tcc "
            ".tpp .txx"
        ),
        grammar="tree_sitter_cpp:language",
        query="cpp",
        hooks="cpp",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        separator="::",
        literals=literals.CPP,
    ),
    Language(
        "CMake",
        extensions=(".cmake", ".cmake.in"),
        filenames=("CMakeLists.txt",),
        scanner="cmake",
        line_comments=("#",),
        block_comments=(("#[[", "]]"),),
    ),
    Language(
        "CSS",
        extensions=(".css",),
        grammar="tree_sitter_css:language",
        query="css",
        hooks="css",
        block_comments=_C_COMMENTS,
        literals=literals.CSS,
    ),
    Language(
        "Cython",
        aliases=("pyx", "pyrex"),
        extensions=(".pxd", ".pxi", ".pyx"),
        scanner="cython",
        line_comments=("#",),
    ),
    Language(
        "Dockerfile",
        aliases=("docker", "containerfile"),
        extensions=(".containerfile", ".dockerfile"),
        filenames=("Containerfile", "Dockerfile"),
        grammar="tree_sitter_containerfile:language",
        query="dockerfile",
        line_comments=("#",),
        hooks="stages",
        literals=literals.DOCKERFILE,
    ),
    Language(
        "FORTRAN",
        extensions=_words(".f .f03 .f08 .f77 .f90 .f95 .for .fpp .fypp"),
        grammar="tree_sitter_fortran:language",
        query="fortran",
        line_comments=("!>", "!<", "!!", "!", "C ", "c ", "*>", "*", "C-", "C=", "C*", "c-", "c=", "c*"),
        separator="::",
        hooks="fortran",
        literals=literals.FORTRAN,
    ),
    Language(
        "Go",
        aliases=("golang",),
        extensions=(".go",),
        interpreters=("go", "gorun", "yaegi"),
        grammar="tree_sitter_go:language",
        query="go",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        literals=literals.GO,
    ),
    Language(
        "Haskell",
        aliases=("hs",),
        extensions=(".chs", ".hs", ".hs-boot", ".hsc", ".lhs"),
        interpreters=("cabal", "runghc", "runhaskell", "runhugs", "stack"),
        grammar="tree_sitter_haskell:language",
        query="haskell",
        line_comments=("-- |", "-- ^", "--", "> -- |", "> --"),
        block_comments=(("{-", "-}"),),
        nests_comments=True,
        hooks="haskell",
        literals=literals.HASKELL,
    ),
    Language(
        "HTML",
        aliases=("htm",),
        extensions=_words(".hta .htm .html .html.hl .inc .xht .xhtml"),
        grammar="tree_sitter_html:language",
        query="html",
        hooks="html",
        block_comments=_MARKUP_COMMENTS,
        separator=" > ",
    ),
    Language(
        "Java",
        extensions=(".jav", ".java", ".jsh"),
        interpreters=("java", "jbang"),
        grammar="tree_sitter_java:language",
        query="java",
        hooks="java",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        literals=literals.JAVA,
    ),
    Language(
        "JavaScript",
        aliases=("js", "jsx", "node"),
        extensions=_words(
            "._js .bones .cjs .es .es6 .gs .jake .javascript .js .jsb .jscad .jsfl .jslib .jsm .jspre .jss "
            ".jsx .mjs .njs .pac .sjs .ssjs .xsjs .xsjslib"
        ),
        filenames=("Jakefile",),
        interpreters=_words("bun chakra d8 deno gjs js node nodejs qjs rhino v8 v8-shell zx"),
        grammar="tree_sitter_javascript:language",
        query="ecmascript javascript",
        dialects=(Dialect("@flow", "tree_sitter_typescript:language_tsx", "ecmascript typescript"),),
        hooks="ecmascript",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        literals=literals.ECMASCRIPT,
    ),
    Language(
        "Julia",
        aliases=("jl",),
        extensions=(".jl",),
        interpreters=("julia",),
        grammar="tree_sitter_julia:language",
        query="julia",
        hooks="julia",
        line_comments=("#",),
        block_comments=(("#=", "=#"),),
        nests_comments=True,
        literals=literals.JULIA,
    ),
    Language(
        "Lua",
        aliases=("luau",),
        extensions=_words(".fcgi .lua .luau .nse .p8 .pd_lua .rbxs .rockspec .wlua"),
        filenames=(".luacheckrc",),
        interpreters=("lua", "luajit", "texlua"),
        grammar="tree_sitter_lua:language",
        query="lua",
        hooks="luau",
        line_comments=("--",),
        block_comments=(("--[[", "]]"),),
        literals=literals.LUA,
    ),
    Language(
        "Makefile",
        aliases=("make", "mk"),
        extensions=(".d", ".mak", ".make", ".makefile", ".mk", ".mkfile"),
        filenames=_words(
            "BSDmakefile GNUmakefile Kbuild Makefile Makefile.am Makefile.boot Makefile.frag Makefile.in "
            "Makefile.inc Makefile.pc Makefile.wat makefile makefile.sco mkfile"
        ),
        interpreters=("make",),
        grammar="tree_sitter_make:language",
        query="makefile",
        hooks="makefile",
        line_comments=("#",),
    ),
    Language(
        "Markdown",
        aliases=("md",),
        extensions=_words(".livemd .markdown .md .mdown .mdwn .mdx .mkd .mkdn .mkdown .ronn .scd .workbook"),
        filenames=("contents.lr",),
        grammar="tree_sitter_markdown:language",
        query="markdown",
        block_comments=_MARKUP_COMMENTS,
        separator=" > ",
        hooks="markdown",
    ),
    Language(
        "PHP",
        extensions=_words(".aw .ctp .fcgi .inc .php .php3 .php4 .php5 .phps .phpt .phtml"),
        filenames=(".php", ".php_cs", ".php_cs.dist", "Phakefile"),
        interpreters=("php", "php-cgi"),
        grammar="tree_sitter_php:language_php",
        query="php",
        hooks="php",
        line_comments=("//", "#"),
        block_comments=_C_COMMENTS,
        separator="::",
        scope_separator="\\",
        literals=literals.PHP,
    ),
    Language(
        "Perl",
        aliases=("pl",),
        extensions=_words(".al .cgi .fcgi .perl .ph .pl .plx .pm .psgi .t"),
        filenames=(".latexmkrc", "Makefile.PL", "Rexfile", "ack", "cpanfile", "latexmkrc"),
        interpreters=("cperl", "perl"),
        grammar="tree_sitter_perl:language",
        query="perl",
        hooks="perl",
        line_comments=("#",),
        separator="::",
        literals=literals.PERL,
    ),
    Language(
        "PowerShell",
        aliases=("pwsh", "ps1", "ps"),
        extensions=(".ps1", ".psd1", ".psm1"),
        interpreters=("powershell", "pwsh", "pwsh-preview"),
        grammar="tree_sitter_pwsh:language",
        query="powershell",
        hooks="powershell",
        line_comments=("#",),
        block_comments=(("<#", "#>"),),
        literals=literals.POWERSHELL,
    ),
    Language(
        "Python",
        aliases=("py",),
        extensions=_words(".cgi .fcgi .gyp .gypi .lmi .py .py3 .pyde .pyi .pyp .pyt .pyw .rpy .tac .wsgi .xpy"),
        filenames=(".gclient", "DEPS", "SConscript", "SConstruct", "wscript"),
        interpreters=_words("graalpy ipython jython micropython pipx py pypy python uv"),
        grammar="tree_sitter_python:language",
        query="python",
        hooks="python",
        line_comments=("#",),
        literals=literals.PYTHON,
    ),
    Language(
        "Ruby",
        aliases=("rb",),
        extensions=_words(
            ".builder .eye .fcgi .gemspec .god .jbuilder .mspec .pluginspec .podspec .prawn .rabl .rake .rb "
            ".rbi .rbuild .rbw .rbx .ru .ruby .spec .thor .watchr"
        ),
        filenames=_words(
            ".irbrc .pryrc .simplecov Appraisals Berksfile Brewfile Buildfile Capfile Dangerfile Deliverfile "
            "Fastfile Gemfile Guardfile Jarfile Mavenfile Podfile Puppetfile Rakefile Snapfile Steepfile "
            "Thorfile Vagrantfile buildfile"
        ),
        interpreters=("jruby", "macruby", "mruby", "rake", "rbx", "ruby", "truffleruby"),
        grammar="tree_sitter_ruby:language",
        query="ruby",
        hooks="ruby",
        line_comments=("#",),
        block_comments=(("=begin rdoc", "=end"), ("=begin", "=end")),
        scope_separator="::",
        literals=literals.RUBY,
    ),
    Language(
        "Rust",
        aliases=("rs",),
        extensions=(".rs", ".rs.in"),
        interpreters=("cargo", "rust-script"),
        grammar="tree_sitter_rust:language",
        query="rust",
        hooks="rust",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        nests_comments=True,
        inner_comments=("//!", "/*!"),
        separator="::",
        literals=literals.RUST,
    ),
    Language(
        "SQL",
        aliases=("mysql", "postgresql", "plsql", "tsql"),
        extensions=_words(
            ".bdy .db2 .ddl .fnc .inc .mysql .pck .pgsql .pkb .pks .plb .pls .plsql .prc .spc .sql .tab .tpb "
            ".tps .trg .udf .viw .vw"
        ),
        line_comments=("--", "#"),
        block_comments=(*_C_COMMENTS, ("{#", "#}")),
        scanner="sql",
    ),
    Language(
        "Scala",
        extensions=(".kojo", ".sbt", ".sc", ".scala"),
        interpreters=("amm", "scala", "scala-cli"),
        grammar="tree_sitter_scala:language",
        query="scala",
        hooks="scala",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        nests_comments=True,
        literals=literals.SCALA,
    ),
    Language(
        "Shell",
        aliases=("bash", "sh", "zsh"),
        extensions=_words(
            ".bash .bats .cgi .command .fcgi .ksh .pacscript .sbatch .sh .sh.in .slurm .tmux .trigger .zsh .zsh-theme"
        ),
        filenames=_words(
            ".bash_aliases .bash_functions .bash_logout .bash_profile .bashrc .cshrc .envrc .kshrc .login "
            ".profile .tmux.conf .xinitrc .xsession .zlogin .zlogout .zprofile .zshenv .zshrc PKGBUILD "
            "bash_aliases bash_logout bash_profile bashrc cshrc gradlew kshrc mvnw tmux.conf xinitrc "
            "xsession zlogin zlogout zprofile zshenv zshrc"
        ),
        interpreters=_words("ash bash bats dash ksh mksh oksh openrc-run osh pdksh posh rc runscript sh yash zsh"),
        grammar="tree_sitter_bash:language",
        query="shell",
        hooks="shell",
        line_comments=("#",),
        literals=literals.SHELL,
    ),
    Language(
        "TypeScript",
        aliases=("ts", "tsx"),
        extensions=(".cts", ".mts", ".ts", ".tsx"),
        interpreters=("bun", "deno", "node", "ts-node", "tsx"),
        grammar="tree_sitter_typescript:language_typescript",
        query="ecmascript typescript",
        hooks="ecmascript",
        grammar_variants=((".tsx", "tree_sitter_typescript:language_tsx"),),
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        literals=literals.ECMASCRIPT,
    ),
    Language(
        "TeX",
        aliases=("latex",),
        extensions=_words(".aux .bbx .cbx .cls .dtx .ins .lbx .ltx .mkii .mkiv .mkvi .sty .tex .toc"),
        scanner="tex",
        line_comments=("%",),
        separator=" > ",
    ),
    Language(
        "Visual Basic",
        aliases=("vb", "vba", "vbnet", "vb.net", "vbscript"),
        extensions=_words(".bas .cls .ctl .dsr .frm .vb .vba .vbhtml .vbs"),
        scanner="visual_basic",
        line_comments=("'", "REM ", "Rem "),
    ),
    Language(
        "Kotlin",
        aliases=("kt",),
        extensions=(".kt", ".kts", ".ktm"),
        interpreters=("kotlin", "kscript"),
        grammar="tree_sitter_kotlin:language",
        query="kotlin",
        hooks="kotlin",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        nests_comments=True,
        literals=literals.KOTLIN,
        extra="grammars",
    ),
    Language(
        "Swift",
        extensions=(".swift",),
        interpreters=("swift",),
        grammar="tree_sitter_swift:language",
        query="swift",
        hooks="swift",
        line_comments=("//",),
        block_comments=_C_COMMENTS,
        nests_comments=True,
        literals=literals.SWIFT,
        extra="grammars",
    ),
    Language(
        "Elixir",
        aliases=("ex", "exs"),
        extensions=(".ex", ".exs"),
        interpreters=("elixir",),
        grammar="tree_sitter_elixir:language",
        query="elixir",
        line_comments=("#",),
        literals=literals.ELIXIR,
        extra="grammars",
    ),
    Language(
        "Zig",
        extensions=(".zig", ".zig.zon"),
        grammar="tree_sitter_zig:language",
        query="zig",
        line_comments=("//",),
        inner_comments=("//!",),
        literals=literals.ZIG,
        extra="grammars",
    ),
    Language(
        "Jupyter Notebook",
        aliases=("ipynb", "jupyter", "notebook"),
        extensions=(".ipynb",),
        grammar="tree_sitter_markdown:language",  # for prose; code cells use their own (chunking/notebook.py)
        query="markdown",
        block_comments=_MARKUP_COMMENTS,
        separator=" > ",
    ),
    *(
        Language(name, extensions=(extension,), hooks=hooks, block_comments=_MARKUP_COMMENTS)
        for name, extension, hooks in (
            ("Vue", ".vue", "component"),
            ("Svelte", ".svelte", "component"),
            ("Astro", ".astro", "astro"),
        )
    ),
    Language(
        "Jinja",
        aliases=("j2", "jinja2", "twig"),
        extensions=(".j2", ".jinja", ".jinja2", ".njk", ".twig"),
        scanner="jinja",
        hooks="component",
        block_comments=(("{#", "#}"), *_MARKUP_COMMENTS),
    ),
    Language(
        "Text",
        aliases=("other", "txt"),
        extensions=_words(
            ".proto .graphql .graphqls .gql .yaml .yml .toml .gradle .nix .tf .tfvars "
            ".hcl .thrift .capnp .fbs .vim .el .clj .cljs .cljc .edn .erl .hrl .dart .r .rmd .m .mm .groovy "
            ".sol .nim .nims .d .di .pas .pp .dpr .ml .mli .mll .mly .fs .fsi .fsx .lisp .lsp .cl .scm .ss "
            ".rkt .awk .sed .tcl .ini .cfg .conf .properties .rst .adoc .asciidoc .org .scss .sass "
            ".less .styl .pug .jade .haml .slim .erb .ejs .hbs .mustache .tmpl .tpl "
            ".glsl .vert .geom .comp .hlsl .wgsl .metal .cu .cuh .v .sv .svh .vhd .vhdl .idl .rego .cue .bzl "
            ".bazel .star .bp .gn .gni .cr .hx .fish .nu .purs .elm .re .rei .res .coffee .ada .adb .ads "
            ".cob .cbl .f# .pro .pri .qml .rb.in .y .l .yy .ll .dts .dtsi .its .lds .xsl .xslt .wsdl .xsd "
            ".service .socket .timer .desktop .jsonnet .libsonnet .just .mojo .odin .gleam .hack .raku .p6 "
            ".cshtml .razor .eex .heex .leex .liquid .prisma "
            ".rakumod .pony .lean .agda .idr .coq .ahk .applescript .po .texi .pod .man"
        ),
        filenames=_words(
            "BUILD WORKSPACE Justfile justfile Jenkinsfile Procfile Kconfig Tiltfile Earthfile meson.build "
            "meson_options.txt .editorconfig .gitattributes .gitmodules .npmrc .clang-format go.mod README "
            "INSTALL NEWS CHANGES TODO CODEOWNERS MAINTAINERS"
        ),
        interpreters=("perl6",),
        line_comments=("//", "#", "--", ";"),
        has_preprocessor=True,
        block_comments=_C_COMMENTS,
    ),
)

_BY_NAME = {name.lower(): language for language in LANGUAGES for name in (language.name, *language.aliases)}


@cache
def known_extensions() -> frozenset[str]:
    """Extensions of all languages, in lower case, with the dot."""
    return frozenset(extension.lower() for language in LANGUAGES for extension in language.extensions)


@cache
def known_filenames() -> frozenset[str]:
    """The names of files that tell their languages without an extension (`Makefile`)."""
    return frozenset(name for language in LANGUAGES for name in language.filenames)
