"""The page in a real browser: typed, ticked, drawn, watched, stopped, refused; light, dark and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, Browser

FRAMES_SEEN = """
window.seen=new Set();new MutationObserver(()=>{const img=document.querySelector('.pair.drawing img');
if(img)seen.add(img.src)}).observe($('pairs'),{subtree:true,childList:true,attributes:true})"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Browser, page: Any) -> Iterator[Browser]:
    """The browser with the page open; at the end, nothing was asked of any other server."""
    chromium.logged.clear()
    chromium.requested.clear()
    chromium.size(1200, 900)
    chromium.open(page.address)
    yield chromium
    asked = [address for address in chromium.requested if not address.startswith(("data:", "blob:"))]
    assert [address for address in asked if not address.startswith(page.address)] == []


def text(browser: Browser, selector: str) -> str:
    return browser.do(f"document.querySelector({selector!r}).innerText.trim()")


def draw(browser: Browser) -> None:
    browser.do("$('draw').click()")
    browser.until("!stop && (!$('after').hidden || !$('error').hidden)")


def test_a_typed_prompt_is_understood_drawn_and_shown(browser: Browser) -> None:
    browser.do(f"form.prompt.focus();form.number.value=2;{FRAMES_SEEN}")
    browser.type("A photo of livr and the spleen, no aorta")
    browser.until("document.querySelectorAll('#understood .chip').length === 2")
    chips = "[...document.querySelectorAll('#understood .chip')].map(chip => [chip.className, chip.innerText])"
    assert browser.do(chips) == [["chip ", "spleen"], ["chip no", "aorta"]]
    assert "'livr' names no class, nearest: 'liver'" in text(browser, "#understood")
    browser.ask("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r")
    browser.until("!$('after').hidden")
    assert browser.do("seen.size") >= 3  # nothing yet, and steps (one may fall between two frames)
    assert text(browser, "#status").startswith("2 pairs in ")
    assert browser.do("document.querySelectorAll('.pair').length") == 2
    shown = "[...document.images].map(img => [img.alt, img.naturalWidth])"
    names = ("image", "mask", "overlay")
    assert browser.do(shown) == [[f"{name} of pair {i}", 16] for i in (1, 2) for name in names]
    assert "%" in text(browser, ".facts")
    assert "--seed 0" in text(browser, ".command")
    assert browser.logged == []


def test_the_links_are_the_files(browser: Browser) -> None:
    browser.do("form.number.value=1;document.querySelector('#classes input').click()")
    draw(browser)
    links = browser.do("[...document.links].map(a => [a.innerText, a.href])")
    assert [label for label, _ in links] == ["PNG pair", "NIfTI pair", "Download everything, with manifest and card"]
    for _, address in links:
        kind = f"fetch({address!r}).then(r => r.blob()).then(b => b.slice(0, 2).text())"
        assert browser.do(kind) == "PK"


def test_the_next_seed_draws_other_pairs(browser: Browser) -> None:
    browser.do("form.number.value=1;form.prompt.value='liver'")
    draw(browser)
    first = browser.do("document.images[0].src")
    browser.do("$('next').click()")
    browser.until("!stop && document.querySelector('.command').innerText.includes('--seed 1')")
    assert browser.do("document.images[0].src") != first


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("", "Type a prompt, or tick a class."),
        ("     ", "A prompt is empty"),
        ("<img src=x onerror=document.title='hacked'><script>document.title='hacked'</script>", "names no class"),
        ("liver without liver", "refuses the same"),
        ("肝臓", "names no class of this model; known: 'aorta', 'liver', 'spleen'."),
        ("liver " * 1667, "10,002 characters"),
    ],
)
def test_a_prompt_that_cannot_be_drawn_is_one_clear_line(browser: Browser, prompt: str, message: str) -> None:
    browser.do(f"form.prompt.value={prompt!r}")
    draw(browser)
    assert message in text(browser, "#error")
    assert browser.do("$('error').childElementCount") == 0
    assert browser.do("document.title") == "CoSimGen: draw pairs from words"
    assert browser.do("document.querySelectorAll('.pair').length") == 0
    browser.do("form.prompt.value='liver';form.number.value=1")
    draw(browser)
    assert browser.do("$('error').hidden")


def test_html_in_a_prompt_that_is_drawn_stays_text(browser: Browser) -> None:
    browser.do("form.number.value=1;form.prompt.focus()")
    browser.type("<b>liver</b><script>document.title='hacked'</script>")
    draw(browser)
    assert "<b>liver</b><script>" in text(browser, ".command")
    assert browser.do("document.title") == "CoSimGen: draw pairs from words"


def test_a_drawing_can_be_stopped_and_another_begun(browser: Browser) -> None:
    browser.do("form.number.value=1;form.steps.value=1000;form.prompt.value='liver';$('draw').click()")
    browser.until("$('status').textContent.startsWith('Step')")
    browser.do("$('stop').click()")
    browser.until("$('status').textContent === 'Stopped.' && !$('draw').disabled")
    browser.do("form.steps.value=2")
    draw(browser)
    assert text(browser, "#status").startswith("1 pair in ")


def test_a_server_that_has_gone_is_said(browser: Browser, page: Any) -> None:
    browser.do("form.prompt.value='liver';window.fetch=()=>Promise.reject(new TypeError('Failed to fetch'))")
    draw(browser)
    assert text(browser, "#error") == "The server does not answer: is it still running?"


@pytest.mark.parametrize(("width", "dark"), [(360, False), (390, True), (1200, True)])
def test_the_page_fits_its_window(browser: Browser, width: int, dark: bool, tmp_path: Path) -> None:
    browser.size(width, 800, dark)
    browser.do("form.number.value=2;form.prompt.value='liver'")
    draw(browser)
    assert browser.do("document.documentElement.scrollWidth") <= width
    assert browser.do("matchMedia('(prefers-color-scheme: dark)').matches") is dark
    background = browser.do("getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(18, 22, 28)" if dark else "rgb(246, 247, 249)")
