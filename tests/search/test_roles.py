"""The role of a file, told by whole words of its path."""

from __future__ import annotations

import pytest

from codesearch.search.roles import Role, requested_roles, role_of


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
        ("man/config.hs", Role.DOCUMENTATION),
        ("manual/start.py", Role.DOCUMENTATION),
        ("src/manual_review/queue.py", Role.IMPLEMENTATION),
        ("src/man-page/parser.c", Role.IMPLEMENTATION),
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
        ("docs/tutorial/first-steps.md", Role.DOCUMENTATION),
        ("docs/examples/app.py", Role.DOCUMENTATION),
        ("packages/core/docs/guide/testing.md", Role.DOCUMENTATION),
        ("doc/tests/notes.rst", Role.DOCUMENTATION),
        ("tests/docs/index.md", Role.TEST),
        ("examples/app/docs/app.js", Role.EXAMPLE),
        ("examples/app/tests/test_app.py", Role.TEST),
        ("README.rdoc", Role.DOCUMENTATION),
        ("src/main/java/com/example/demo/App.java", Role.IMPLEMENTATION),
        ("src/test/java/com/example/demo/AppTest.java", Role.TEST),
        ("tests/api_pb2.py", Role.TEST),
        ("web/app.bundle.js", Role.GENERATED),
        ("lib/tasks/phx.gen.ex", Role.IMPLEMENTATION),
        (".github/workflows/test.yml", Role.CONFIGURATION),
        ("requirements/test.txt", Role.CONFIGURATION),
        ("docs/api-test.md", Role.DOCUMENTATION),
    ],
)
def test_roles(path: str, role: Role) -> None:
    assert role_of(path) is role


@pytest.mark.parametrize(
    "path",
    [
        "pkg/cart_test.go",
        "src/test_cart.py",
        "src/cart_test.py",
        "src/tests.py",
        "conftest.py",
        "src/cart.test.js",
        "src/cart.spec.ts",
        "src/cart.e2e.ts",
        "src/cart.test-d.ts",
        "src/cart.cy.jsx",
        "src/cart-test.js",
        "a/CartTest.java",
        "a/CartIT.java",
        "a/CartSpec.scala",
        "a/CartSuite.scala",
        "a/CartTests.cs",
        "a/CartTest.php",
        "a/CartTests.swift",
        "a/CartSpec.hs",
        "lib/cart_spec.rb",
        "lib/cart_test.rb",
        "t/cart.t",
        "t/lib/helper.pm",
        "cart.bats",
        "cart.Tests.ps1",
        "cart-test.el",
        "cart-tests.el",
        "test-cart.R",
        "cart_test.exs",
        "cart_test.dart",
        "cart_SUITE.erl",
        "src/cart_unittest.cc",
        "src/test_cart.c",
        "src/cart_tests.rs",
        "runtests.jl",
        "rtl/fifo_tb.v",
        "cart.phpt",
        "androidTest/Cart.kt",
        "integration-testing/src/Cart.kt",
        "src/__tests__/cart.js",
        "test-data/cart.js",
    ],
)
def test_tests_are_told_by_the_convention_of_their_language(path: str) -> None:
    assert role_of(path) is Role.TEST


@pytest.mark.parametrize(
    "path",
    [
        "lib/test_functions.bash",
        "starlette/testclient.py",
        "flask/testing.py",
        "aiohttp/test_utils.py",
        "junit/TestRunner.java",
        "junit/TestCase.java",
        "junit/TestSuite.java",
        "lib/active_support/test_case.rb",
        "lib/active_support/testing/assertions.rb",
        "pkg/test_server.go",
        "pkg/testing.go",
        "src/testRunner.ts",
        "src/test-run.ts",
        "packages/test-runner/src/index.ts",
        "src/latest.go",
        "src/contest.rb",
        "src/greatest.java",
        "src/inspect.py",
        "src/Protest.java",
        "src/unit.py",
        "src/t/parse.js",
    ],
)
def test_modules_for_testing_and_words_that_end_alike_are_no_tests(path: str) -> None:
    assert role_of(path) in (Role.IMPLEMENTATION, Role.REEXPORT)


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
    assert requested_roles(question) == roles
