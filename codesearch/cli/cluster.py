"""`codesearch cluster ACTION`: index many repositories on many machines."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codesearch import blas
from codesearch.caller import caller
from codesearch.cli.exits import NO_HITS, note
from codesearch.cli.numbers import LARGEST_SOURCE, MOST_GROUPS, ByteSize, NumberRange, WholeNumber, seconds
from codesearch.cli.options import Json, Model
from codesearch.cli.output import results
from codesearch.cli.usage import given
from codesearch.errors import CodesearchError

if TYPE_CHECKING:
    from codesearch.cluster.build import Limits
    from codesearch.cluster.deployment import ServeOptions

EPILOG = """\
Examples:

\b
  codesearch cluster index ~/src/* --out /srv/shards              start Ray on this machine
  codesearch cluster index repositories.txt --out /srv/shards     one folder or URL per line
  codesearch cluster index https://github.com/pallets/flask@3.1.0 --out /srv/shards --ray auto
  codesearch cluster status /srv/shards                           what is in it, and what failed
  codesearch cluster serve /srv/shards --open                     answer at http://127.0.0.1:8790, also in a browser
  codesearch query --cluster http://127.0.0.1:8790 "retry with backoff"
  codesearch cluster export /srv/shards --to lancedb:///srv/export    as tables of LanceDB (extra: lance)
  codesearch query --cluster lancedb:///srv/export "retry with backoff"

Exit codes: 0 done, 1 some repositories failed, 2 error.
"""
DEFAULT_PORT = 8790
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Action(StrEnum):
    """What to do."""

    INDEX = "index"
    SERVE = "serve"
    STATUS = "status"
    EXPORT = "export"


_ONLY_FOR = {
    Action.INDEX: ("out", "gpu", "max_size", "max_time", "prune"),
    Action.SERVE: ("host", "port", "groups", "replicas", "routers", "rerank", "access", "opens"),
    Action.STATUS: ("as_json",),
    Action.EXPORT: ("to",),
}
"""The parameters that mean something for one action alone."""


def command(
    invocation: typer.Context,
    *,
    action: Annotated[Action, typer.Argument(help="What to do.")],
    places: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...|PLACE",
            help="index: folders, URLs (`@REV` for a branch, tag or commit), files that list them, `-`."
            " serve, status, export: where the shards are.",
        ),
    ],
    ray: Annotated[
        str,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            envvar="RAY_ADDRESS",
            help="The Ray cluster: HOST:PORT, auto (one that runs on this machine) or local (start one).",
        ),
    ] = "local",
    out: Annotated[
        str,
        typer.Option(
            "--out",
            "-o",
            metavar="PLACE",
            help="Where shards are kept: a folder that all nodes share, s3://… or gs://….",
        ),
    ] = "",
    model: Model = None,
    gpu: Annotated[
        bool, typer.Option("--gpu", help="Encode on the cluster's GPUs, several repositories at once (transformers).")
    ] = False,
    max_size: Annotated[
        int,
        typer.Option(
            "--max-size",
            metavar="SIZE",
            parser=ByteSize(LARGEST_SOURCE),
            help="Maximum size of a repository, e.g. 500M. [default: 2G]",
            show_default=False,
        ),
    ] = 2_000_000_000,
    max_time: Annotated[
        float,
        typer.Option(
            "--max-time",
            metavar="TIME",
            parser=seconds,
            help="Time limit per repository, e.g. 10m. [default: 15m]",
            show_default=False,
        ),
    ] = 900.0,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove the shards of repositories that are not named.")
    ] = False,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Address to listen on; all but loopback need --access.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", metavar="PORT", parser=WholeNumber(1, 65_535), help="Port to listen on.")
    ] = DEFAULT_PORT,
    groups: Annotated[
        int,
        typer.Option(
            "--groups",
            metavar="N",
            parser=WholeNumber(0, MOST_GROUPS),
            help="Number of groups of shards, one process per group; 0 for one per core.",
        ),
    ] = 0,
    replicas: Annotated[
        Any,
        typer.Option(
            "--replicas",
            metavar="N|MIN:MAX",
            parser=NumberRange(WholeNumber(1, MOST_GROUPS)),
            help="Processes per group: a number, or from MIN to MAX as needed. [default: 1]",
            show_default=False,
        ),
    ] = (1, 1),
    routers: Annotated[
        int,
        typer.Option(
            "--routers",
            metavar="N",
            parser=WholeNumber(1, MOST_GROUPS),
            help="Maximum number of routers; Ray Serve starts them as needed.",
        ),
    ] = 1,
    rerank: Annotated[
        str, typer.Option("--rerank", metavar="MODEL", help="Let `query --rerank MODEL` rerank with this model.")
    ] = "",
    access: Annotated[
        Path | None, typer.Option("--access", metavar="FILE", help="Which tokens may search which repositories (TOML).")
    ] = None,
    opens: Annotated[
        bool, typer.Option("--open", help="Open the web page in a browser (it is served in any case).")
    ] = False,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="ADDRESS", help="Where to export to: lancedb://FOLDER or lancedb://s3://BUCKET/FOLDER."
        ),
    ] = "",
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")] = False,
) -> None:
    """Index many repositories into shards, one Ray task per repository, and search all of them."""
    blas.start_with_one_thread()
    found = given(invocation)
    for other, names in _ONLY_FOR.items():
        if other is not action and (option := next((found[name] for name in names if name in found), "")):
            raise typer.BadParameter(f"{option} cannot be used with {action}")
    from codesearch.cluster.build import Limits
    from codesearch.models.loading import DEFAULT_MODEL

    if action is not Action.INDEX and len(places) != 1:
        raise CodesearchError(f"{action} takes one place", f"run: codesearch cluster {action} PLACE")
    if action is Action.STATUS:
        _print_status(places[0], as_json=as_json)
        return
    if action is Action.EXPORT:
        _export(places[0], to, quiet=quiet)
        return
    if action is Action.SERVE:
        from codesearch.cluster.deployment import ServeOptions

        least, most = replicas
        options = ServeOptions(host, port, groups, least, most, routers, rerank)
        _serve(places[0], ray, model or DEFAULT_MODEL, access, options, opens=opens, quiet=quiet)
        return
    if not out:
        raise CodesearchError("--out is missing", "say where to keep the shards: --out PLACE")
    if gpu and (not model or model == DEFAULT_MODEL):
        raise typer.BadParameter("--gpu needs a transformer (--model); the default model needs no GPU")
    _index(places, out, ray, model or DEFAULT_MODEL, Limits(max_size, max_time), gpu=gpu, prune=prune, quiet=quiet)


def _print_status(place: str, *, as_json: bool) -> None:
    from codesearch.cluster.manifest import read_manifest
    from codesearch.cluster.place import open_place
    from codesearch.render.cluster import manifest_lines, manifest_record
    from codesearch.render.records import json_object

    opened = open_place(place, caller().directory)
    manifest = read_manifest(opened)
    if manifest is None:
        raise CodesearchError(f"{opened} has no shards", "run: codesearch cluster index SOURCE… --out PLACE")
    with results():
        text = json_object(manifest_record(manifest)) if as_json else "\n".join(manifest_lines(manifest))
        print(text, file=caller().stdout)


def _export(place: str, to: str, *, quiet: bool) -> None:
    from codesearch.cluster.place import open_place
    from codesearch.lance.address import Address
    from codesearch.lance.export import export
    from codesearch.render.cluster import export_report_line
    from codesearch.render.progress import REPOSITORIES, show_progress

    if not to:
        raise CodesearchError("--to is missing", "say where to export to: --to lancedb://FOLDER")
    address = Address.parse(to, caller().directory)
    opened = open_place(place, caller().directory)
    with nullcontext() if quiet else show_progress(caller().stderr, REPOSITORIES) as progress:
        report = export(opened, address, progress or (lambda *_: None))
    if not quiet:
        with results():
            print(export_report_line(report), file=caller().stdout)


def _serve(
    place: str, address: str, model: str, access: Path | None, options: ServeOptions, *, opens: bool, quiet: bool
) -> None:
    """Serve until Ctrl-C."""
    from codesearch.cli.pages import show
    from codesearch.cluster.access import access_of_user, read_access, user_token
    from codesearch.cluster.deployment import deploy, undeploy
    from codesearch.cluster.following import follow
    from codesearch.cluster.holding import servable_manifest
    from codesearch.cluster.place import open_place
    from codesearch.cluster.ray_tasks import LOCAL, check_port, connected
    from codesearch.models.loading import ModelName
    from codesearch.quantities import count

    if options.host not in LOOPBACK and not access:
        raise CodesearchError(
            "--host other than loopback needs --access", "for the format of the file, see docs/cluster.md"
        )
    granted = read_access(caller().directory / access) if access else access_of_user()
    if address == LOCAL:
        check_port(options.host, options.port)
    opened = open_place(place, caller().directory)
    manifest = servable_manifest(opened)
    if (used := manifest.shards[0].model) not in (model, str(ModelName.parse(model))):  # none is loaded unasked
        raise CodesearchError(f"{opened} was indexed with the model {used}, not {model}", f"add --model {used}")
    with connected(address) as ray:
        serving = deploy(ray, str(opened), manifest, granted, options)
        try:
            if not quiet:
                shards, chunks = count(len(manifest.shards), "shard"), count(manifest.chunks, "chunk")
                holds = f"{shards}, {chunks} in {count(len(serving.replicas), 'group')}"
                note(f"serving {holds} at http://{options.host}:{options.port}; press Ctrl-C to stop")
            if opens:
                token = "" if access else f"#token={user_token()}"
                show(f"http://{options.host}:{options.port}/{token}")
            follow(opened, manifest, serving.replace, (lambda _: None) if quiet else note, serving.wait)
        finally:
            undeploy()


def _index(
    places: list[str], out: str, address: str, model: str, limits: Limits, *, gpu: bool, prune: bool, quiet: bool
) -> None:
    from codesearch.cluster.encoding import encoder_on_gpus
    from codesearch.cluster.indexing import index_sources
    from codesearch.cluster.place import open_place
    from codesearch.cluster.ray_tasks import RayTasks, connected
    from codesearch.cluster.sources import read_sources
    from codesearch.render.cluster import index_report_lines
    from codesearch.render.progress import REPOSITORIES, show_progress

    place = open_place(out, caller().directory)
    sources = read_sources(places, caller().directory, sys.stdin)
    try:
        with (
            connected(address) as ray,
            nullcontext() if quiet else show_progress(caller().stderr, REPOSITORIES) as progress,
        ):
            report = index_sources(
                place,
                sources,
                RayTasks(ray),
                model=model,
                limits=limits,
                progress=progress or (lambda *_: None),
                prune=prune,
                encoder=encoder_on_gpus(ray, model) if gpu else None,
            )
    except KeyboardInterrupt:
        if not quiet:
            note("interrupted; to resume, run the same command again")
        raise
    if not quiet:
        with results():
            print(*index_report_lines(report), sep="\n", file=caller().stdout)
    if report.failures or report.lost:
        raise typer.Exit(NO_HITS)
