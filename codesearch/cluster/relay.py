"""Several groups of shards that answer as one, so that no router has to call hundreds. Relays may ask relays."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from codesearch.cluster.messages import Asked, ChunkOfShard, Scope, merge_facts, merge_lines
from codesearch.cluster.numbering import shards_of
from codesearch.cluster.pickling import pickle_quickly
from codesearch.cluster.sizes import merge_branches, merge_sizes
from codesearch.search.candidates import Limits, merge_candidates, merge_retrieved
from codesearch.search.reader import total

if TYPE_CHECKING:
    from codesearch.exact.request import PatternRequest
    from codesearch.index.segment import Ids
    from codesearch.search.hit import Filters


@dataclass(frozen=True, slots=True)
class Member:
    """A group of shards, or a relay of several."""

    groups: tuple[int, ...]
    """The numbers of the groups that it answers for."""
    shards: tuple[int, ...]
    """The numbers of their shards."""


def joined(members: Sequence[Member]) -> Member:
    """What a relay of some members answers for."""
    groups = tuple(group for member in members for group in member.groups)
    return Member(groups, tuple(shard for member in members for shard in member.shards))


class Groups(Protocol):
    """Groups of shards, or relays, elsewhere."""

    @property
    def members(self) -> Sequence[Member]:
        """All of them."""
        ...

    def call(self, method: str, arguments: Mapping[int, tuple[object, ...]]) -> Mapping[int, Any]:
        """What a method of ShardGroup or Relay returns for its arguments, by the member's index.

        Members that do not answer are left out. Raises CodesearchError if one does.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """What several groups answer together."""

    value: Any
    missing: frozenset[int]
    """The numbers of those that did not, but were asked."""


pickle_quickly((Answered,))


class Relay:
    """Answers as a group does, with what its members answer; see ShardGroup. Keeps nothing between two calls."""

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._member = {shard: i for i, member in enumerate(groups.members) for shard in member.shards}

    @property
    def count(self) -> int:
        """The number of groups of shards below."""
        return sum(len(member.groups) for member in self._groups.members)

    def facts(self, scope: Scope) -> Answered:
        """What there is to search."""
        return self._ask_all("facts", scope, (), merge_facts)

    def statistics(self, scope: Scope, terms: Collection[str]) -> Answered:
        """The sum of all statistics."""
        return self._ask_all("statistics", scope, (terms,), total)

    def name_statistics(self, scope: Scope, keys: Collection[str]) -> Answered:
        """The sum of all statistics."""
        return self._ask_all("name_statistics", scope, (keys,), total)

    def retrieve(self, scope: Scope, asked: Asked) -> Answered:
        """The best chunks of all."""
        limits = Limits.of(asked.question, asked.k)
        return self._ask_all("retrieve", scope, (asked,), lambda parts: merge_retrieved(parts, limits))

    def candidates(self, scope: Scope, asked: Asked, ids: Ids) -> Answered:
        """Some of the chunks that were retrieved; None if no group has one of them."""
        owners = np.asarray([self._member[shard] for shard in shards_of(ids).tolist()], np.int64)
        chosen = {member: (asked, ids[owners == member]) for member in np.unique(owners).tolist()}
        answered = self._ask("candidates", scope, chosen)
        parts = [part for part in answered.value.values() if part]
        return Answered(merge_candidates(parts) if parts else None, answered.missing)

    def lines(self, scope: Scope, pattern: PatternRequest, filters: Filters, count: int) -> Answered:
        """The first lines that match."""
        return self._ask_all("lines", scope, (pattern, filters, count), lambda parts: merge_lines(parts, count))

    def sizes(self, scope: Scope) -> Answered:
        """The totals of all."""
        return self._ask_all("sizes", scope, (), merge_sizes)

    def branches(self, scope: Scope, smallest: float) -> Answered:
        """The files of all."""
        return self._ask_all("branches", scope, (smallest,), merge_branches)

    def file(self, scope: Scope, path: str) -> Answered:
        """The first file with this path, None if there is none."""
        return self._ask_all("file", scope, (path,), lambda parts: next(filter(None, parts), None))

    def texts(self, scope: Scope, chunks: Sequence[ChunkOfShard]) -> Answered:
        """The text of each chunk, "" of those that a lost group has."""
        return self._ask_for_chunks("texts", scope, chunks, "")

    def current(self, scope: Scope, chunks: Sequence[ChunkOfShard]) -> Answered:
        """Each chunk in the text of its file, None for those that a lost group has."""
        return self._ask_for_chunks("current", scope, chunks, None)

    def _ask_for_chunks(self, method: str, scope: Scope, chunks: Sequence[ChunkOfShard], lost: object) -> Answered:
        positions: dict[int, list[int]] = {}
        for position, one in enumerate(chunks):
            positions.setdefault(self._member[one.shard], []).append(position)
        answered = self._ask(method, scope, {member: ([chunks[i] for i in at],) for member, at in positions.items()})
        values = [lost] * len(chunks)
        for member, found in answered.value.items():
            for position, value in zip(positions[member], found, strict=True):
                values[position] = value
        return Answered(values, answered.missing)

    def _ask_all(
        self, method: str, scope: Scope, arguments: tuple[object, ...], merge: Callable[[Sequence[Any]], object]
    ) -> Answered:
        answered = self._ask(method, scope, dict.fromkeys(range(len(self._groups.members)), arguments))
        return Answered(merge([*answered.value.values()]), answered.missing)

    def _ask(self, method: str, scope: Scope, arguments: Mapping[int, tuple[object, ...]]) -> Answered:
        """What some members return, by their index and in order; groups that `scope` leaves out are not asked."""
        members = self._groups.members
        asked = {
            i: (scope, *given) for i, given in arguments.items() if not scope.without.issuperset(members[i].groups)
        }
        replies = self._groups.call(method, asked) if asked else {}
        missing = {group for i in asked.keys() - replies.keys() for group in members[i].groups} - scope.without
        values = {}
        for i in sorted(replies):
            reply = replies[i]
            if isinstance(reply, Answered):
                missing |= reply.missing
                reply = reply.value
            values[i] = reply
        return Answered(values, frozenset(missing))
