"""The lexical indexes compared by benchmarks/lexical.py: ours, SQLite FTS5, tantivy and bm25s."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Protocol

HITS = 10


@dataclass(frozen=True, slots=True)
class Document:
    """A chunk: its id, the id of its file, and its terms, each repeated according to its weight."""

    id: int
    file: int
    terms: str


Ask = Callable[[Sequence[str]], Sequence[int]]
"""Terms → ids of the ten best documents, best first."""


class Engine(Protocol):
    """One lexical index. Each method runs in a process of its own."""

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        """Index documents, in order of their ids."""

    def open(self, folder: Path) -> Ask:
        """Open what build() made."""

    def update(self, folder: Path, old: Sequence[Document], new: Sequence[Document]) -> None:
        """Replace the documents of one file. Raises NotImplementedError."""

    def size(self, folder: Path) -> int:
        """Bytes on disk."""


class Ours:
    """codesearch.index: segments of postings, a table of files and deletions."""

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        from codesearch.index.folder import prepare
        from codesearch.index.layout import Layout
        from codesearch.index.segment import SEGMENT_CHUNKS
        from codesearch.index.store import Store

        layout = Layout(folder, folder)
        prepare(layout)
        store = Store.create(layout.database)
        remaining = iter(documents)
        while batch := list(islice(remaining, SEGMENT_CHUNKS)):
            with store.transaction():
                self._write(layout, store, batch)
                store.seal()
        store.close()

    def open(self, folder: Path) -> Ask:
        from codesearch.index.bm25 import idf
        from codesearch.index.layout import Layout
        from codesearch.index.snapshot import Snapshot

        snapshot = Snapshot.open(Layout(folder, folder))

        def ask(terms: Sequence[str]) -> Sequence[int]:
            frequencies = snapshot.document_frequencies(terms)
            idfs = {term: idf(snapshot.chunk_count, n) for term, n in zip(terms, frequencies, strict=True)}
            ids: list[int] = snapshot.lexical(idfs, HITS, None).ids.tolist()
            return ids

        return ask

    def update(self, folder: Path, old: Sequence[Document], new: Sequence[Document]) -> None:
        from codesearch.index.layout import Layout
        from codesearch.index.merging import merge_small
        from codesearch.index.recovery import open_segment, remove_orphaned_segments
        from codesearch.index.store import Store

        layout = Layout(folder, folder)
        store = Store.open(layout.database, write=True)
        with store.transaction():
            store.remove_files([row for row in store.files() if row.first_chunk == old[0].id])
            self._write(layout, store, new)
            deletions = store.deletions()
            merge_small(layout, store, [open_segment(layout, record, deletions) for record in store.segments()])
            store.seal()
        remove_orphaned_segments(layout, store)
        store.close()

    def size(self, folder: Path) -> int:
        return sum(file.stat().st_size for file in folder.rglob("chunks.safetensors"))

    def _write(self, layout: Any, store: Any, documents: Sequence[Document]) -> None:
        """One segment, with small vectors that are not searched."""
        import numpy as np

        from codesearch.discovery.stamp import Stamp
        from codesearch.index import segment
        from codesearch.index.postings import PostingsBuilder, TermCounts, TermImpacts
        from codesearch.index.rows import FileRow
        from codesearch.index.segment import ChunkKeys, SegmentPostings
        from codesearch.index.signatures import Signatures
        from codesearch.index.vectors import Vectors

        vocabulary: dict[str, int] = {}
        ids: list[int] = []
        weights: list[int] = []
        sizes: list[int] = []
        for document in documents:
            counts = Counter(document.terms.split())
            ids.extend(vocabulary.setdefault(term, len(vocabulary)) for term in counts)
            weights.extend(counts.values())
            sizes.append(len(counts))
        counted = TermCounts(
            tuple(vocabulary), np.asarray(ids, np.int32), np.asarray(weights, np.float32), np.asarray(sizes, np.int32)
        )
        ids_of_chunks = np.asarray([document.id for document in documents], np.int64)
        terms, nothing = PostingsBuilder(), PostingsBuilder()
        terms.add(TermImpacts.of(counted))
        nothing.add_keys([()] * len(documents))
        postings = SegmentPostings(terms.build(), names=nothing.build(), kinds=nothing.build())
        keys = ChunkKeys(ids_of_chunks, ids_of_chunks.astype(np.uint64))
        number = store.next_segment()
        vectors = Vectors.of(np.zeros((len(documents), 8), np.float32))
        record = segment.write(layout.segment(number), number, keys, postings, vectors, Signatures.of([]))
        store.add_segment(record, live=True)
        for file, chunks in groupby(documents, key=lambda document: document.file):
            ids_of_file = [chunk.id for chunk in chunks]
            row = FileRow(str(file), Stamp(0, 0), b"", "", "", "", ids_of_file[0], len(ids_of_file))
            store.add_files([row._replace(id=store.next_file())], live=True)


class Fts5:
    """SQLite FTS5 without the texts; the terms of deleted documents must be passed again."""

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        database = self._connect(folder)
        database.execute(
            "CREATE VIRTUAL TABLE chunks USING fts5(terms, content='', tokenize=\"unicode61 remove_diacritics 0\")"
        )
        database.execute("BEGIN")
        rows = ((document.id, document.terms) for document in documents)
        database.executemany("INSERT INTO chunks(rowid, terms) VALUES (?, ?)", rows)
        database.execute("COMMIT")
        database.execute("INSERT INTO chunks(chunks) VALUES ('optimize')")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.close()

    def open(self, folder: Path) -> Ask:
        database = self._connect(folder)

        def ask(terms: Sequence[str]) -> Sequence[int]:
            wanted = " OR ".join(f'"{term}"' for term in terms)
            found = database.execute(
                "SELECT rowid FROM chunks WHERE chunks MATCH ? ORDER BY rank LIMIT ?", (wanted, HITS)
            )
            return [row[0] for row in found]

        return ask

    def update(self, folder: Path, old: Sequence[Document], new: Sequence[Document]) -> None:
        database = self._connect(folder)
        database.execute("BEGIN")
        database.executemany(
            "INSERT INTO chunks(chunks, rowid, terms) VALUES ('delete', ?, ?)", [(d.id, d.terms) for d in old]
        )
        database.executemany("INSERT INTO chunks(rowid, terms) VALUES (?, ?)", [(d.id, d.terms) for d in new])
        database.execute("COMMIT")
        database.close()

    def size(self, folder: Path) -> int:
        return size(folder)

    def _connect(self, folder: Path) -> Any:
        import sqlite3

        database = sqlite3.connect(folder / "lexical.db", isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        return database


class Tantivy:
    """tantivy, term frequencies without positions, one thread."""

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        import tantivy

        index = tantivy.Index(self._schema(), path=str(folder))
        writer = index.writer(heap_size=512_000_000, num_threads=1)
        for document in documents:
            writer.add_document(self._document(document))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path) -> Ask:
        import tantivy
        from tantivy import Occur, Query

        index = tantivy.Index.open(str(folder))
        searcher, schema = index.searcher(), index.schema

        def ask(terms: Sequence[str]) -> Sequence[int]:
            parts = [(Occur.Should, Query.term_query(schema, "terms", term, "freq")) for term in terms]
            found = searcher.search(Query.boolean_query(parts), HITS, count=False)
            return [searcher.doc(address)["id"][0] for _, address in found.hits]

        return ask

    def update(self, folder: Path, old: Sequence[Document], new: Sequence[Document]) -> None:
        import tantivy

        index = tantivy.Index.open(str(folder))
        writer = index.writer(heap_size=50_000_000, num_threads=1)
        writer.delete_documents("file", old[0].file)
        for document in new:
            writer.add_document(self._document(document))
        writer.commit()
        writer.wait_merging_threads()

    def size(self, folder: Path) -> int:
        return size(folder)

    def _schema(self) -> Any:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("terms", stored=False, tokenizer_name="whitespace", index_option="freq")
        builder.add_unsigned_field("id", stored=True)
        builder.add_unsigned_field("file", indexed=True)
        return builder.build()

    def _document(self, document: Document) -> Any:
        import tantivy

        made = tantivy.Document()
        made.add_text("terms", document.terms)
        made.add_unsigned("id", document.id)
        made.add_unsigned("file", document.file)
        return made


class Bm25s:
    """bm25s: a sparse matrix of scores, memory-mapped for queries. It can't be updated."""

    def build(self, folder: Path, documents: Iterable[Document]) -> None:
        import bm25s
        import numpy as np

        vocabulary: dict[str, int] = {}
        ids, numbers = [], []
        for document in documents:
            ids.append([vocabulary.setdefault(term, len(vocabulary)) for term in document.terms.split()])
            numbers.append(document.id)
        retriever = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        retriever.index(bm25s.tokenization.Tokenized(ids, vocabulary), show_progress=False)
        retriever.save(folder, show_progress=False)
        np.save(folder / "numbers.npy", np.asarray(numbers))

    def open(self, folder: Path) -> Ask:
        import bm25s
        import numpy as np

        retriever = bm25s.BM25.load(folder, mmap=True, show_progress=False)
        numbers = np.load(folder / "numbers.npy", mmap_mode="r")

        def ask(terms: Sequence[str]) -> Sequence[int]:
            known = [term for term in terms if term in retriever.vocab_dict]
            if not known:
                return []
            found = retriever.retrieve([known], k=HITS, show_progress=False, return_as="documents")
            return [int(numbers[row]) for row in found[0]]

        return ask

    def update(self, folder: Path, old: Sequence[Document], new: Sequence[Document]) -> None:
        raise NotImplementedError

    def size(self, folder: Path) -> int:
        return size(folder)


def size(folder: Path) -> int:
    """Bytes below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


ENGINES: dict[str, Engine] = {"ours": Ours(), "fts5": Fts5(), "tantivy": Tantivy(), "bm25s": Bm25s()}
