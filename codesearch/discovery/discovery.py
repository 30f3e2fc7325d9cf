"""What a discovery finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from codesearch.discovery.attributes import Attributes
from codesearch.discovery.files import Files
from codesearch.discovery.skip_reason import SkipReason


@dataclass(frozen=True)
class Discovery:
    """The files below a root."""

    files: Files
    """Files to index."""
    skip_reasons: Mapping[str, SkipReason] = field(default_factory=dict)
    """Skipped files, by path. Does not include ignored files."""
    attributes: Attributes = field(default_factory=Attributes)
    attribute_files: tuple[str, ...] = ()
    """Paths of the files with `attributes`."""
    is_listed_by_git: bool = False
    """Whether git's rules alone determine which files are ignored."""
    basis: str = field(default="", compare=False)
    """A state of an index (codesearch.index.settings.state_name) that has the same files with the same stamps."""
    doubtful: frozenset[str] = field(default=frozenset(), compare=False)
    """The paths of which `basis` may have other stamps, or of files that only one of them has."""

    @cached_property
    def skipped(self) -> dict[str, int]:
        """The number of skipped files by the value of a SkipReason."""
        return dict(Counter(reason.value for reason in self.skip_reasons.values()))
