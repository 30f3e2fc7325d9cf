"""Publishing: staged files become live and replaced ones are removed, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from codesearch.discovery.discovery import Discovery
from codesearch.index import groups, origin, skips
from codesearch.index.conditions import wanted_settings
from codesearch.index.layout import Layout
from codesearch.index.merging import merge_small
from codesearch.index.plan import Plan
from codesearch.index.recovery import open_segment
from codesearch.index.request import UpdateRequest
from codesearch.index.rows import FileGroup, SegmentRecord
from codesearch.index.segment import Segment
from codesearch.index.settings import PUBLICATION, root_setting
from codesearch.index.staging import Staging
from codesearch.index.store import Store


def publish(request: UpdateRequest, store: Store, plan: Plan, staging: Staging, found: Discovery) -> frozenset[str]:
    """Publish the staged files and the other changes of the plan. Returns the paths of those that are skipped."""
    layout = request.layout
    with store.transaction():
        staging.take().write(layout, store)
        removed = [*plan.removed, *plan.replaced]
        counts = [*store.recorded_groups(), *store.file_groups(live=False), *map(FileGroup.without, removed)]
        store.remove_files(removed)
        store.update_stamps(plan.touched)
        skipped = store.staged_and_skipped()
        store.publish()
        store.set_meta(_settings(request, store, staging, found))
        store.set_meta({groups.KEY: groups.to_json(groups.summed(counts))})
        store.set_meta({origin.KEY: origin.mark(store.meta(), layout)})
        store.remove_segments(plan.losses.segments)
        store.replace_segments(plan.losses.copied)
        merge_small(layout, store, _segments(layout, store, plan.losses.sound))
        store.seal()
    return skipped


def _segments(layout: Layout, store: Store, opened: Mapping[SegmentRecord, Segment]) -> list[Segment]:
    """The live segments; those that are `opened` already, which takes 0.5 ms each, are not opened again."""
    deletions = store.deletions()
    return [
        opened[record].without(deletions) if record in opened else open_segment(layout, record, deletions)
        for record in store.segments()
    ]


def _settings(request: UpdateRequest, store: Store, staging: Staging, found: Discovery) -> dict[str, str]:
    return {
        **wanted_settings(request, found),
        **root_setting(request.layout),
        "last_chunk": str(staging.next_chunk - 1),
        PUBLICATION: str(store.number(PUBLICATION) + 1),
        skips.KEY: skips.to_json(found.skipped),
    }
