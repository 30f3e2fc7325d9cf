"""`codesearch eval` as a process: its formats, comparisons, exit codes and bad input."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import codesearch as package
from tests.support.command_line import CommandLine

pytestmark = pytest.mark.slow

DEFAULT_MODEL = Path(package.__file__).parent / "models" / "default"
QUESTIONS = [
    ("hash a password with a salt", ["server/passwords.py:10-14"], "security"),
    ("how is a password checked", ["server/passwords.py:17-21"], "security"),
    ("who is locked out after guessing", ["server/passwords.py:24-36"], "security"),
    ("repeat a failed request", ["server/retry.go"], "network"),
    ("take an article off the shelf", ["server/inventory.rs:9-19"], "stock"),
    ("put an article into the cart", ["web/shopping cart.js:11-15"], "stock"),
    ("is the delivery address complete", ["web/bestellung.ts"], "stock"),
    ("how are orders backed up", ["docs/deploy.md:7-9"], "operation"),
]

SYNONYMS = {
    "parse a date": "strptime(text)",
    "send a mail": "smtp.deliver(message)",
    "open a socket": "connect(host, port)",
    "resize an image": "thumbnail(picture, width, height)",
    "erase an account": "delete(user)",
    "sort by price": "order(cost)",
    "compress a folder": "zip(directory)",
    "encrypt a secret": "cipher(password, key)",
    "print a warning": "logger.log(message)",
    "start a thread": "spawn(worker)",
    "multiply two matrices": "dot(tensor, array)",
    "draw a circle": "plot(radius, canvas)",
}
"""Questions, and code that answers without a word of theirs."""


def lines(questions: Sequence[tuple[str, list[str], str]]) -> str:
    """The questions as JSON Lines."""
    return "".join(
        json.dumps({"query": query, "relevant": list(map(item, relevant)), "category": category}) + "\n"
        for query, relevant, category in questions
    )


def item(text: str) -> dict[str, object]:
    """`path` or `path:3-9` as JSON has it."""
    path, _, span = text.partition(":")
    start, _, end = span.partition("-")
    return {"path": path, "start_line": int(start), "end_line": int(end)} if span else {"path": path}


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of questions about the shop."""
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    path.write_text(lines(QUESTIONS), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def senseless_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The default model with its words' vectors interchanged."""
    from safetensors.numpy import load_file, save_file

    folder = tmp_path_factory.mktemp("models") / "senseless"
    shutil.copytree(DEFAULT_MODEL, folder)
    tensors = load_file(folder / "weights.safetensors")
    order = np.random.default_rng(0).permutation(max(len(tensor) for tensor in tensors.values()))
    shuffled = {name: tensor[order] if len(tensor) == len(order) else tensor for name, tensor in tensors.items()}
    save_file(shuffled, folder / "weights.safetensors")
    return str(folder)


def test_a_table_by_category_and_language(codesearch: CommandLine, indexed_shop: Path, questions: str) -> None:
    run = codesearch("eval", questions, cwd=indexed_shop)
    assert (run.code, run.err) == (0, "")
    rows = run.out.splitlines()
    assert rows[0] == "8 questions, 8 relevant items, the first 10 hits of each"
    assert rows[2].split() == ["questions", "NDCG@10", "MRR@10", "recall@10", "success@1"]
    names = [row.split()[0] for row in rows[3:14] if row]
    assert names[:5] == ["all", "network", "operation", "security", "stock"]
    assert names[5:11] == ["Go", "JavaScript", "Markdown", "Python", "Rust", "TypeScript"]
    assert re.fullmatch(r"all +8 +(0\.\d{3} \[0\.\d\d, [01]\.\d\d\] *|1\.000 \[1\.00, 1\.00\] *){4}", rows[3])
    assert "[" not in rows[4], "one question has no interval"


def test_json_says_it_all(codesearch: CommandLine, indexed_shop: Path, questions: str) -> None:
    run = codesearch("eval", questions, "--json", cwd=indexed_shop)
    report = json.loads(run.out)
    assert (report["limit"], report["setting"], report["questions"]) == (10, "default", 8)
    assert list(report["by_category"]) == ["network", "operation", "security", "stock"]
    results = report["results"]
    assert [result["query"] for result in results] == [query for query, _, _ in QUESTIONS]
    for measure, estimate in report["measures"].items():
        assert estimate["mean"] == pytest.approx(np.mean([result["measures"][measure] for result in results]))
        assert estimate["interval"][0] <= estimate["mean"] <= estimate["interval"][1]
    assert report["by_category"]["network"]["measures"]["ndcg"]["interval"] is None


def test_ranks_are_those_of_the_query_command(codesearch: CommandLine, indexed_shop: Path, questions: str) -> None:
    results = json.loads(codesearch("eval", questions, "--json", cwd=indexed_shop).out)["results"]
    for result in results:
        asked = json.loads(codesearch("query", result["query"], "--json", cwd=indexed_shop).out)
        fields = ("start_line", "end_line", "qualified_name", "score")
        assert [[hit[f] for f in fields] for hit in result["hits"]] == [[hit[f] for f in fields] for hit in asked]
        (wanted,) = result["relevant"]
        finding = [
            rank
            for rank, hit in enumerate(result["hits"], 1)
            if hit["path"] == wanted["path"]
            and (not wanted["start_line"] or hit["start_line"] <= wanted["end_line"])
            and (not wanted["start_line"] or hit["end_line"] >= wanted["start_line"])
        ]
        assert wanted["rank"] == (finding[0] if finding else None)


def test_the_worst_questions_with_what_came_instead(codesearch: CommandLine, indexed_shop: Path) -> None:
    wrong = lines([("hash a password with a salt", ["docs/deploy.md:7-9"], ""), QUESTIONS[5]])
    run = codesearch("eval", "-", "--limit", "2", cwd=indexed_shop, stdin=wrong)
    _, _, below = run.out.partition("Worst:\n")
    assert below.splitlines()[:3] == [
        "0.00  hash a password with a salt",
        "      expected  docs/deploy.md:7-9  (not in the first 2)",
        "      got       1. server/passwords.py:10-14  hash_password",
    ]
    assert "put an article" not in below, "it was answered perfectly"
    assert "Worst" not in codesearch("eval", "-", "--worst", "0", cwd=indexed_shop, stdin=wrong).out


def test_what_the_index_lacks_is_counted_and_named(codesearch: CommandLine, indexed_shop: Path) -> None:
    asked = [("retry", ["server/retry.go", "gone.go:3-4"], ""), ("lost", ["a.py"], ""), ("git", [".gitignore"], "")]
    run = codesearch("eval", "-", cwd=indexed_shop, stdin=lines(asked))
    assert run.code == 0
    rows = run.out.splitlines()
    assert rows[0].startswith("1 question, 1 relevant item")
    assert rows[1].startswith(
        "Not scored, not in the index: 3 relevant items: gone.go:3-4 (no such file), a.py (no such"
    )
    assert ".gitignore (not among the files searched)" in rows[1]
    assert rows[2] == "Not scored, without other relevant items: 2 questions"
    left_out = json.loads(codesearch("eval", "-", "--json", cwd=indexed_shop, stdin=lines(asked)).out)["left_out"]
    assert [each["item"] for each in left_out["relevant"]] == ["gone.go:3-4", "a.py", ".gitignore"]
    assert left_out["questions"] == ["lost", "git"]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (("--lang", "python"), 3),
        (("--path", "web/**"), 2),
        (("--path", "!server/**"), 3),
        (("server",), 5),
        (("docs/deploy.md",), 1),
        (("--kind", "function,method"), 8),
    ],
)
def test_filters_restrict_what_is_searched(
    options: tuple[str, ...], count: int, codesearch: CommandLine, indexed_shop: Path, questions: str
) -> None:
    run = codesearch("eval", questions, *options, "--json", cwd=indexed_shop)
    report = json.loads(run.out)
    assert report["questions"] == count
    assert len(report["left_out"]["questions"]) == 8 - count


def test_labels_may_be_relative_to_the_folder_asked_in(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("eval", "-", "server", cwd=indexed_shop, stdin='{"query": "retry", "relevant": ["retry.go"]}')
    assert run.code == 0
    assert "Not scored" not in run.out


def test_without_embeddings(codesearch: CommandLine, indexed_shop: Path, questions: str) -> None:
    run = codesearch("eval", questions, "--compare", "lexical", cwd=indexed_shop)
    assert (run.code, run.err) == (0, "")
    _, _, below = run.out.partition("lexical compared with default:\n")
    heading, *rows = below.splitlines()
    assert heading.split() == ["default", "lexical", "difference", "better", "worse", "same", "p"]
    assert [row.partition("  ")[0] for row in rows[:6]] == [
        "NDCG@10",
        "MRR@10",
        "recall@10",
        "success@1",
        "NDCG@10, network",
        "NDCG@10, operation",
    ]
    assert "Worst" not in run.out


@pytest.mark.parametrize("retrieval", ["lexical", "dense"])
def test_one_retriever_alone_finds_what_it_can(
    retrieval: str, codesearch: CommandLine, indexed_shop: Path, questions: str
) -> None:
    report = json.loads(codesearch("eval", questions, "--compare", retrieval, "--json", cwd=indexed_shop).out)
    other = report["comparison"]
    assert (other["setting"], other["questions"]) == (retrieval, 8)
    for measure, difference in other["differences"].items():
        means = other["measures"][measure]["mean"], report["measures"][measure]["mean"]
        assert difference["mean"] == pytest.approx(means[0] - means[1])
        assert difference["better"] + difference["worse"] + difference["same"] == 8
    assert other["measures"]["ndcg"]["mean"] > 0.5


def test_a_worse_model_is_told_from_chance(codesearch: CommandLine, senseless_model: str, tmp_path: Path) -> None:
    shop = tmp_path / "answers"
    shop.mkdir()
    asked = []
    for number, (question, body) in enumerate(SYNONYMS.items()):
        asked.append((question, [f"{number}.py"], ""))
        (shop / f"{number}.py").write_text(f"def f{number}(x):\n    return {body}\n")
    run = codesearch("eval", "-", "-n", "3", "--compare", senseless_model, cwd=shop, stdin=lines(asked))
    assert run.code == 0, run.err
    assert re.search(r"NDCG@3 is 0\.\d+ lower, which is more than chance explains: of 12 questions", run.out)
    assert re.search(r"Most changed:\n1\.00 → 0\.\d\d", run.out)
    assert [path.name for path in shop.iterdir() if path.is_dir()] == [".codesearch"]


def test_reranking_is_compared_on_the_same_index(
    codesearch: CommandLine, indexed_shop: Path, questions: str, senseless_model: str
) -> None:
    run = codesearch("eval", questions, "--compare", f"rerank={senseless_model}", "--json", cwd=indexed_shop)
    assert (run.code, run.err) == (0, "")
    report = json.loads(run.out)
    scores = [[hit["score"] for hit in each["results"][0]["hits"]] for each in (report, report["comparison"])]
    assert scores[0] != scores[1]


def test_the_same_model_makes_no_difference(
    codesearch: CommandLine, indexed_shop: Path, questions: str, tmp_path: Path
) -> None:
    shutil.copytree(DEFAULT_MODEL, tmp_path / "same")
    place = tmp_path / "kept"
    options = ("--compare", f"model={tmp_path / 'same'}", "--compare", f"index-dir={place}")
    run = codesearch("eval", questions, *options, cwd=indexed_shop)
    assert run.code == 0, run.err
    assert "No difference: " in run.out and "answers all 8 questions equally well" in run.out
    assert place.is_dir(), "an index in a folder that was named is kept"
    again = codesearch("eval", questions, *options, cwd=indexed_shop)
    assert again.out == run.out


def test_an_index_of_another_folder_is_not_compared(
    codesearch: CommandLine, indexed_shop: Path, questions: str, tmp_path: Path
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("def a():\n    pass\n")
    codesearch("index", "src", "--index-dir", "index", cwd=tmp_path)
    run = codesearch("eval", questions, "--compare", f"index-dir={tmp_path / 'index'}", cwd=indexed_shop)
    assert (run.code, run.out) == (2, "")
    assert "belongs to" in run.err


def test_a_repository_without_an_index_gets_one(codesearch: CommandLine, shop: Path, questions: str) -> None:
    run = codesearch("eval", questions, cwd=shop)
    assert run.code == 0
    assert "has no index yet" in run.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("{questions}", "--limit", "0"), "not in the range 1 to 10,000"),
        (("{questions}", "--worst", "-1"), "not in the range 0 to 10,000"),
        (("{questions}", "--lang", "pyhton"), "Python"),
        (("{questions}", "--compare", "limit=3"), "lexical, dense"),
        (("{questions}", "--compare", "both"), "changes nothing"),
        (("{questions}", "--compare", "no-such-model"), "no-such-model"),
        (("{questions}", "--compare", "rerank=no-such-model"), "no-such-model"),
        (("{questions}", "nowhere"), "nowhere does not exist"),
        (("{questions}", "Makefile"), "not among the files searched"),
        (("nowhere.jsonl",), "nowhere.jsonl does not exist"),
        (("server",), "server is a folder"),
        ((), "QUERIES"),
    ],
)
def test_bad_input_is_exit_code_2_and_a_sentence(
    arguments: tuple[str, ...], said: str, codesearch: CommandLine, indexed_shop: Path, questions: str
) -> None:
    run = codesearch("eval", *(word.format(questions=questions) for word in arguments), cwd=indexed_shop)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"", "no questions"),
        (b'{"query": "q", "relevant": ["Makefile"]}\n{"query": 3}\n', "line 2: relevant is missing"),
        (b'{"query": "q", "relevant": ["Makefile"]}\n\xff\xfe\n', "line 2 is not UTF-8"),
        (b'{"query": "q", "relevant": ["gone.py"]}', "gone.py (no such file)"),
    ],
)
def test_bad_questions_are_exit_code_2(stdin: bytes, said: str, codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("eval", "-", cwd=indexed_shop, stdin=stdin)
    assert (run.code, run.out) == (2, "")
    assert said in run.err
    assert "Traceback" not in run.err


def test_without_the_extra_it_says_how_to_install_it(
    codesearch: CommandLine, indexed_shop: Path, questions: str
) -> None:
    program = "import sys; sys.modules['ir_measures'] = None; from codesearch.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "eval", questions],
        cwd=indexed_shop,
        env=codesearch.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "ir-measures" in done.stderr and "pip install" in done.stderr


def test_queries_load_no_measures(codesearch: CommandLine, indexed_shop: Path) -> None:
    run = codesearch("query", "hash a password", cwd=indexed_shop, PYTHONPROFILEIMPORTTIME="1")
    assert "codesearch.search.searcher" in run.err
    assert "ir_measures" not in run.err
    assert "codesearch.evaluation" not in run.err


def test_help_explains_when_a_hit_is_relevant(codesearch: CommandLine, tmp_path: Path) -> None:
    run = codesearch("eval", "--help", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    assert run.code == 0
    assert "the hit must contain at least one of them" in " ".join(run.out.split())
    loaded = {line.rpartition("|")[2].strip() for line in run.err.splitlines()}
    assert loaded.isdisjoint(("numpy", "faiss", "ir_measures", "codesearch.api"))
