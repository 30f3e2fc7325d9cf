"""The page in a browser: headless Chromium, driven by Playwright, where both are installed."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest.importorskip("starlette")

from codesearch.cli.remedies import hint_of
from codesearch.page.pages import Pages
from codesearch.page.site import Site
from codesearch.server.residents import ResidentIndexes

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=30_000)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium")]

QUESTION = "how are passwords hashed"
MARKUP = "<img src=x onerror=alert(1)>.py"
CONTENT = ".intro, .hits, .whole, .code"
NARROW = {"width": 360, "height": 740}


@dataclass
class Browsed:
    """A page in a tab, and what went wrong there."""

    tab: Any
    address: str
    """With the token."""
    errors: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Without the token."""
        return self.address.partition("#")[0]

    @property
    def shown(self) -> str:
        """What is in the address behind the path."""
        parts = urlsplit(self.tab.url)
        return f"?{parts.query}" + (f"#{parts.fragment}" if parts.fragment else "")

    def go(self, query: str) -> None:
        """Load the page anew at an address."""
        self.tab.goto(self.place + query)

    def type(self, text: str) -> None:
        """Type a question, and wait for its hits."""
        self.tab.locator("#question").press_sequentially(text)
        expect(self.tab).to_have_title(re.compile(re.escape(text)))

    @property
    def focused(self) -> str:
        """The text of what has the focus."""
        return str(self.tab.evaluate("document.activeElement.innerText || document.activeElement.id"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    arguments = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def browsed(chromium: Any, shop: Path, tmp_path: Path) -> Iterator[Browsed]:
    (shop / MARKUP).write_text("def fetch_parcel(number):\n    return number\n")
    indexes = ResidentIndexes(tmp_path, lambda _: None)
    with Pages(indexes, hint_of, lambda: None) as pages, chromium.new_context() as context:
        browsed = Browsed(context.new_page(), pages.open([shop]))
        browsed.tab.on("console", lambda message: message.type == "error" and browsed.errors.append(message.text))
        browsed.tab.on("pageerror", lambda error: browsed.errors.append(str(error)))
        browsed.tab.on("dialog", lambda dialog: browsed.errors.append(dialog.message))
        browsed.tab.goto(browsed.address)
        expect(browsed.tab.locator(".intro h1")).to_have_text("shop")
        yield browsed
    indexes.close()


def test_a_question_is_answered_while_it_is_typed_and_read_by_keys(browsed: Browsed) -> None:
    assert "token" not in browsed.tab.url
    keys = browsed.tab.keyboard
    expect(browsed.tab.locator("#question")).to_be_focused()
    browsed.type(QUESTION)
    first = browsed.tab.locator(".hit .open").first
    expect(first).to_contain_text("hash_password")
    expect(browsed.tab.locator("#live")).to_have_text(re.compile(r"^\d+ hits$"))
    expect(browsed.tab.locator(".hit mark").first).to_be_visible()
    keys.press("Enter")
    expect(first).to_be_focused()
    keys.press("ArrowDown")
    expect(first).not_to_be_focused()
    keys.press("ArrowUp")
    keys.press("Enter")
    expect(browsed.tab.locator(".crumbs")).to_have_text("server/passwords.py")
    expect(browsed.tab.locator("#L10")).to_have_class("line chosen")
    assert browsed.shown == "?q=how+are+passwords+hashed&file=server/passwords.py#L10-L14"
    keys.press("Escape")
    expect(first).to_be_focused()
    keys.press("ArrowUp")
    expect(browsed.tab.locator("#question")).to_be_focused()
    assert browsed.errors == []


def test_enter_waits_for_the_hits_of_what_was_typed(browsed: Browsed) -> None:
    held: list[Any] = []
    browsed.type("retry")
    expect(browsed.tab.locator(".hit").first).to_be_visible()
    browsed.tab.route(re.compile(r"/api/hits\?.*hashed"), lambda route: held.append(route))
    browsed.tab.locator("#question").fill(QUESTION)
    browsed.tab.keyboard.press("Enter")
    browsed.tab.wait_for_timeout(300)
    expect(browsed.tab.locator("#question")).to_be_focused()
    for route in held:
        route.continue_()
    first = browsed.tab.locator(".hit .open").first
    expect(first).to_contain_text("hash_password")
    expect(first).to_be_focused()


def test_a_question_fits_the_address(browsed: Browsed) -> None:
    browsed.tab.locator("#question").focus()
    browsed.tab.keyboard.insert_text("散列密码" * 20_000)
    expect(browsed.tab).to_have_title(re.compile("散列密码"))
    browsed.tab.reload()
    expect(browsed.tab.locator(".hits, .nothing").first).to_be_visible()
    assert browsed.errors == []


def test_an_answer_that_cannot_be_read_is_one_sentence(browsed: Browsed) -> None:
    browsed.tab.route("**/api/hits*", lambda route: route.fulfill(status=400, body="Invalid HTTP request received."))
    browsed.tab.locator("#question").fill("anything")
    expect(browsed.tab.get_by_role("alert")).to_have_text("The server's answer can't be read.")


def test_a_filter_that_fits_nothing_any_more_can_be_taken_off(browsed: Browsed) -> None:
    browsed.go(f"?q={QUESTION}&in=gone")
    expect(browsed.tab.get_by_role("alert").locator("h1")).to_have_text("gone is not in shop, or not any more.")
    browsed.tab.get_by_text("Search without filters").click()
    expect(browsed.tab.locator(".hit .open").first).to_contain_text("hash_password")


def test_slash_goes_to_the_question_wherever_one_is(browsed: Browsed) -> None:
    browsed.go("?file=server/passwords.py")
    expect(browsed.tab.locator("#L1")).to_be_visible()
    browsed.tab.keyboard.press("/")
    expect(browsed.tab.locator("#question")).to_be_focused()
    browsed.tab.keyboard.type("a/b")
    expect(browsed.tab.locator("#question")).to_have_value("a/b")
    expect(browsed.tab).to_have_title(re.compile("a/b"))
    assert "file=" not in browsed.tab.url


def test_back_and_forward_lead_through_what_was_shown(browsed: Browsed) -> None:
    browsed.type(QUESTION)
    browsed.tab.locator(".option", has_text="Go").click()
    expect(browsed.tab.locator(".chip")).to_contain_text("Go")
    assert browsed.shown == "?q=how+are+passwords+hashed&lang=Go"
    browsed.tab.locator(".hit .open").first.click()
    expect(browsed.tab.locator(".crumbs")).to_contain_text(".go")
    browsed.tab.go_back()
    expect(browsed.tab.locator(".chip")).to_contain_text("Go")
    browsed.tab.go_back()
    expect(browsed.tab.locator(".chip")).to_have_count(0)
    expect(browsed.tab.locator("#question")).to_have_value(QUESTION)
    browsed.tab.go_back()
    expect(browsed.tab.locator(".intro h1")).to_have_text("shop")
    browsed.tab.go_forward()
    expect(browsed.tab.locator(".hit .open").first).to_contain_text("hash_password")
    browsed.tab.reload()
    expect(browsed.tab.locator(".hit .open").first).to_contain_text("hash_password")


def test_an_answer_that_comes_late_is_dropped(browsed: Browsed) -> None:
    held, release = threading.Event(), []

    def hold(route: Any) -> None:
        release.append(route)
        held.set()

    browsed.tab.route(re.compile(r"/api/hits\?.*q=retry&"), hold)
    browsed.tab.locator("#question").fill("retry")
    browsed.tab.wait_for_timeout(300)
    assert held.is_set()
    browsed.tab.locator("#question").fill(QUESTION)
    first = browsed.tab.locator(".hit .open").first
    expect(first).to_contain_text("hash_password")
    for route in release:
        route.continue_()
    browsed.tab.wait_for_timeout(300)
    expect(first).to_contain_text("hash_password")


def test_filters_narrow_the_hits_and_are_taken_off_again(browsed: Browsed) -> None:
    browsed.type("check")
    for section, value in (("Kind", "function"), ("Folder", "web")):
        browsed.tab.locator(".facet", has_text=section).locator(".option", has_text=value).first.click()
        expect(browsed.tab.locator(".chip", has_text=value)).to_be_visible()
    paths = browsed.tab.locator(".hit .path").all_inner_texts()
    assert paths and all(path.startswith("web/") for path in paths)
    browsed.tab.get_by_label("Remove the folder web").click()
    expect(browsed.tab.locator(".chip")).to_have_count(1)


def test_the_picture_shows_where_the_hits_lie(browsed: Browsed) -> None:
    browsed.type(QUESTION)
    expect(browsed.tab.locator(".side .cell.heat-5").first).to_have_attribute(
        "aria-label", re.compile(r"^server.*, hits in it$")
    )
    browsed.tab.get_by_text("Enlarge").click()
    expect(browsed.tab.locator("main .cell.heat-5").first).to_be_visible()
    browsed.tab.locator('main .cell[aria-label^="web"]').first.click(position={"x": 4, "y": 4})
    expect(browsed.tab.locator(".chip")).to_contain_text("web")


def test_a_definition_leads_to_its_references_and_to_what_is_similar(browsed: Browsed) -> None:
    browsed.go("?file=server/passwords.py#L10")
    browsed.tab.get_by_label("References to hash_password").click()
    expect(browsed.tab.locator(".side h2")).to_contain_text("hash_password")
    expect(browsed.tab.locator(".side h3").first).to_have_text("Definitions 1")
    assert "refs=hash_password" in browsed.tab.url
    browsed.tab.keyboard.press("Escape")
    expect(browsed.tab.locator(".side h2")).to_have_text("Outline")
    browsed.tab.get_by_label("Code similar to hash_password").click()
    expect(browsed.tab.locator(".side .places li").first).to_contain_text("check_password")
    browsed.tab.locator(".side .places a").first.click()
    expect(browsed.tab.locator("#L17")).to_have_class("line chosen")


def test_lines_are_chosen_by_their_numbers(browsed: Browsed) -> None:
    browsed.go("?file=server/passwords.py")
    browsed.tab.locator("#L3 .no").click()
    assert browsed.shown == "?file=server/passwords.py#L3"
    browsed.tab.locator("#L7 .no").click(modifiers=["Shift"])
    assert browsed.shown == "?file=server/passwords.py#L3-L7"
    expect(browsed.tab.locator(".chosen")).to_have_count(5)


def test_a_file_name_with_markup_is_only_a_name(browsed: Browsed) -> None:
    browsed.type("fetch_parcel")
    expect(browsed.tab.locator(".hit .path").first).to_contain_text(MARKUP)
    browsed.tab.locator(".hit .open").first.click()
    expect(browsed.tab.locator(".crumbs")).to_have_text(MARKUP)
    expect(browsed.tab.locator("img")).to_have_count(0)
    assert browsed.errors == []


def test_a_file_of_ten_thousand_lines_is_there_to_its_end(browsed: Browsed, shop: Path) -> None:
    (shop / "long.py").write_text("".join(f"def step_{i}():\n    return {i}\n\n\n" for i in range(2500)))
    browsed.go("?file=long.py#L9998")
    expect(browsed.tab.locator("#L9998")).to_be_in_viewport()
    expect(browsed.tab.locator("#L9998")).to_contain_text("return 2499")
    expect(browsed.tab.locator(".line")).to_have_count(10_000)
    expect(browsed.tab.locator("#L9998 .c-k")).to_have_text("return ")
    expect(browsed.tab.locator('.outline [aria-current="true"]')).to_have_text(re.compile("step_2499"))
    assert browsed.errors == []


def test_on_a_narrow_screen_nothing_is_cut_off(browsed: Browsed) -> None:
    browsed.tab.set_viewport_size(NARROW)
    for query in ("", f"?q={QUESTION}", "?file=server/passwords.py#L10", f"?q={QUESTION}&show=map"):
        browsed.go(query)
        expect(browsed.tab.locator(CONTENT).first).to_be_visible()
        assert browsed.tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        assert browsed.tab.evaluate("document.querySelector('.page').scrollWidth") <= NARROW["width"]
    browsed.go(f"?q={QUESTION}")
    browsed.tab.locator(".drawer").click()
    expect(browsed.tab.locator(".option", has_text="Python")).to_be_visible()
    browsed.go("?file=server/passwords.py")
    browsed.tab.locator(".drawer").click()
    expect(browsed.tab.locator(".outline .definition").first).to_be_visible()


@pytest.mark.parametrize("size", [{"width": 1200, "height": 740}, NARROW])
def test_more_hits_are_shown_below_those_before(browsed: Browsed, shop: Path, size: dict[str, int]) -> None:
    (shop / "steps.py").write_text(
        "".join(f"def step_{i}():\n    return {'{'}{i}: 'step'{'}'}\n\n\n" * 9 for i in range(60))
    )
    scrolled = "document.querySelector('#main').scrollTop + document.querySelector('#page').scrollTop"
    browsed.tab.set_viewport_size(size)
    browsed.go("?q=step")
    browsed.tab.get_by_text("Show more").click()
    expect(browsed.tab.locator(".hit .open").nth(20)).to_be_focused()
    assert browsed.tab.evaluate(scrolled) > 1000
    browsed.tab.locator("#question").fill(QUESTION)
    expect(browsed.tab.locator(".hit .open").first).to_contain_text("hash_password")
    assert browsed.tab.evaluate(scrolled) == 0


def test_a_file_of_very_many_lines_is_shown(browsed: Browsed) -> None:
    text = "x\n" * 200_000
    answer = {"path": "many.txt", "language": "Text", "text": text, "definitions": [], "words": []}
    browsed.tab.route("**/api/file*", lambda route: route.fulfill(json=answer))
    browsed.go("?file=server/passwords.py#L199999")
    expect(browsed.tab.locator("#L199999")).to_be_in_viewport()
    assert browsed.errors == []


def test_on_a_narrow_screen_long_names_are_broken(browsed: Browsed, shop: Path) -> None:
    name = "long" * 40
    (shop / name).mkdir()
    (shop / name / "parcel.py").write_text("def fetch_parcel(number):\n    return number\n")
    browsed.tab.set_viewport_size(NARROW)
    for query, shown in ((f"?q=fetch_parcel&in={name}", ".chip"), (f"?file={name}.py", ".notice")):
        browsed.go(query)
        expect(browsed.tab.locator(shown)).to_be_visible()
        assert browsed.tab.evaluate("document.querySelector('.page').scrollWidth") <= NARROW["width"]


def test_colours_follow_the_system(browsed: Browsed) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        browsed.tab.emulate_media(color_scheme=scheme)
        grounds.add(browsed.tab.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2


def test_everything_has_a_name(browsed: Browsed) -> None:
    for query in ("", f"?q={QUESTION}", "?file=server/passwords.py"):
        browsed.go(query)
        expect(browsed.tab.locator(CONTENT).first).to_be_visible()
        for element in browsed.tab.locator("a[href], input, [role=region], aside:not([hidden])").all():
            named = element.evaluate("e => (e.ariaLabel || e.textContent || e.title).trim()")
            assert named, element.evaluate("e => e.outerHTML")


def test_a_wrong_token_and_a_file_that_is_gone_are_one_sentence(browsed: Browsed, shop: Path) -> None:
    browsed.go("?file=server/passwords.py")
    expect(browsed.tab.locator("#L1")).to_be_visible()
    (shop / "server/passwords.py").unlink()
    browsed.tab.reload()
    expect(browsed.tab.get_by_role("alert")).to_contain_text("server/passwords.py is not in shop, or not any more.")
    browsed.tab.goto("about:blank")
    browsed.tab.goto(f"{browsed.place}#token=wrong")
    expect(browsed.tab.get_by_role("alert")).to_contain_text("The token is missing or out of date.")
    expect(browsed.tab.get_by_role("alert")).to_contain_text("codesearch serve --open")


def test_an_index_that_is_being_made_shows_how_far_it_is(
    chromium: Any, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, may_go_on = Site._make, threading.Event()

    def slow(site: Site) -> None:
        site.progress("chunking", 3, 8, 20)
        may_go_on.wait()
        make(site)

    monkeypatch.setattr(Site, "_make", slow)
    indexes = ResidentIndexes(tmp_path, lambda _: None)
    with Pages(indexes, hint_of, lambda: None) as pages, chromium.new_context() as context:
        tab = context.new_page()
        tab.goto(pages.open([shop]).replace("#", "?q=password#"))
        expect(tab.locator(".notice h1")).to_have_text("The index of shop is being made.")
        expect(tab.locator(".notice")).to_contain_text("chunking: 3 of 8 files")
        expect(tab.locator("progress")).to_have_attribute("value", "3")
        may_go_on.set()
        expect(tab.locator(".hit").first).to_be_visible()
    indexes.close()


def test_a_server_that_ended_is_one_sentence(browsed: Browsed) -> None:
    browsed.tab.route("**/api/**", lambda route: route.abort())
    browsed.tab.locator("#question").fill("anything")
    expect(browsed.tab.get_by_role("alert")).to_contain_text("The server does not answer any more.")
