"""The role of a file, told by whole words of its path."""

from __future__ import annotations

import pytest

from codesearch.search.roles import Role, asked_roles, role_of


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/app.py", Role.IMPLEMENTATION),
        ("src/latest.py", Role.IMPLEMENTATION),
        ("src/contest/attest.go", Role.IMPLEMENTATION),
        ("runner/test-run.ts", Role.IMPLEMENTATION),
        ("tests/app.py", Role.TEST),
        ("src/test_app.py", Role.TEST),
        ("pkg/app_test.go", Role.TEST),
        ("src/App.test.tsx", Role.TEST),
        ("src/main/FooTest.java", Role.TEST),
        ("spec/models/user_spec.rb", Role.TEST),
        ("kotlinx-coroutines-test/src/Run.kt", Role.TEST),
        ("examples/hello.rs", Role.EXAMPLE),
        ("benches/speed.rs", Role.BENCHMARK),
        ("docs/index.rst", Role.DOCUMENTATION),
        ("README.md", Role.DOCUMENTATION),
        ("pkg/compat/old.py", Role.LEGACY),
        ("api/service.pb.go", Role.GENERATED),
        ("types/index.d.ts", Role.DECLARATION),
        ("src/pkg/__init__.py", Role.REEXPORT),
        (".github/workflows/ci.yml", Role.CONFIGURATION),
        ("web/vite.config.ts", Role.CONFIGURATION),
        ("docs/requirements.txt", Role.CONFIGURATION),
        (".eslintrc.js", Role.CONFIGURATION),
        ("lib/CMakeLists.txt", Role.IMPLEMENTATION),
        ("src/config.ts", Role.IMPLEMENTATION),
    ],
)
def test_roles(path: str, role: Role) -> None:
    assert role_of(path) is role


@pytest.mark.parametrize(
    ("question", "roles"),
    [
        ("tests for the parser", {Role.TEST}),
        ("how the runner runs a test", set()),
        ("example of a custom formatter", {Role.EXAMPLE}),
        ("which dependencies does the wheel need", {Role.CONFIGURATION}),
        ("installation guide", {Role.DOCUMENTATION}),
        ("how requests are retried", set()),
    ],
)
def test_roles_that_a_question_asks_for(question: str, roles: set[Role]) -> None:
    assert asked_roles(question) == roles
