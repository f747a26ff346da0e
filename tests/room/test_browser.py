"""The reading room as its readers use it, in a real Chromium. Any error in the console fails (conftest.py)."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.room.pages import PAGES

pytestmark = pytest.mark.slow

BRIDGE = "Thông xe kỹ thuật cầu Bến Gót bắc qua sông Thao"


@pytest.mark.parametrize("words", ["cầu Bến Gót", "cau ben got", "CAU BEN GOT", '"bến gót" xe'])
def test_search_with_and_without_diacritics(page: Page, room: str, words: str) -> None:
    page.goto(room)
    page.get_by_role("search").get_by_role("searchbox").fill(words)
    page.get_by_role("search").get_by_role("button", name="Tìm").click()
    expect(page.get_by_role("heading", name=BRIDGE)).to_be_visible()
    assert page.locator("mark").all_inner_texts()[:1] != []
    page.get_by_role("link", name=BRIDGE).click()
    expect(page.get_by_role("heading", level=1, name=BRIDGE)).to_be_visible()


def test_filters_narrow_a_search(page: Page, room: str) -> None:
    page.goto(f"{room}/-/search")
    page.get_by_text("Bộ lọc").click()
    page.get_by_label("Chuyên mục").select_option("Kinh tế")
    page.get_by_label("Chỉ bài đã được sửa").check()
    page.get_by_role("main").get_by_role("button", name="Tìm").click()
    expect(page.get_by_label("Chuyên mục")).to_have_value("Kinh tế")
    found = page.locator(".hits h3").all_inner_texts()
    assert found == ["Chè Phú Khê được giá đầu vụ", "Làng đan lát Gò Sặt tìm đầu ra"]


def test_an_address_leads_to_its_article(page: Page, room: str, bridge: str) -> None:
    page.goto(bridge)
    address = page.get_by_role("link", name="Xem trên trang báo").get_attribute("href")
    page.goto(room)
    page.get_by_role("search").get_by_role("searchbox").fill(address or "")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=BRIDGE)).to_be_visible()


def test_versions_are_compared_word_by_word(page: Page, bridge: str, pages: dict[str, str]) -> None:
    page.goto(bridge)
    page.get_by_label("Bản cũ").select_option("1")
    page.get_by_role("button", name="So sánh").click()
    assert page.url == pages["comparison"]
    changed = page.locator(".row.changed")
    assert changed.count() == 1
    removed = [re.sub(r"\[đã bỏ: |\]", "", text) for text in changed.locator("del").all_text_contents()]
    added = [re.sub(r"\[đã thêm: |\]", "", text) for text in changed.locator("ins").all_text_contents()]
    assert (removed, added) == (["412", "214"], ["421", "cả 217"])
    page.get_by_role("link", name="Hai cột").click()
    left, right = page.locator(".row.changed .side").all()
    assert "412" in left.inner_text() and "421" not in left.inner_text()
    assert "421" in right.inner_text() and "412" not in right.inner_text()


def test_a_replaced_picture_is_seen_before_and_after(page: Page, pages: dict[str, str]) -> None:
    page.goto(pages["comparison of pictures"] + "?view=beside")
    shown = page.locator(".row.changed img")
    sources = {image.get_attribute("src") for image in shown.all()}
    assert len(sources) == 2
    assert all(image.evaluate("image => image.complete && image.naturalWidth > 0") for image in shown.all())


def test_a_disappearance_is_seen(page: Page, room: str) -> None:
    page.goto(room)
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Bài bị gỡ").click()
    page.get_by_role("link", name="Bắt quả tang hai tàu hút cát trong đêm").first.click()
    expect(page.get_by_text("Bài không còn trên trang báo.")).to_be_visible()
    expect(page.locator(".body p").first).to_be_visible()
    expect(page.locator(".timeline .gone")).to_contain_text("404")


def test_an_old_version_says_so_and_leads_on(page: Page, bridge: str) -> None:
    page.goto(f"{bridge}/v1")
    notice = page.get_by_text("Đây là bản 1, đã được thay thế.")
    expect(notice).to_be_visible()
    page.get_by_role("link", name="Đọc bản mới nhất").click()
    assert page.url == bridge


def test_the_citation_has_address_and_digest(page: Page, bridge: str) -> None:
    page.goto(f"{bridge}/v2?lang=en")
    told = page.locator(".cite").inner_text()
    assert told.startswith(f"Đức Long, “{BRIDGE}”, Báo Sông Thao, 18 May 2026. Version 2, archived ")
    assert f"{bridge}/v2" in told
    assert re.search(r"\(sha256:[0-9a-f]{64}\)$", told)
    page.locator(".cite").click()
    assert page.evaluate("getSelection().toString()").strip() == told.strip()


def test_the_evidence_is_two_clicks_away(browser: Browser, bridge: str) -> None:
    page = browser.new_page(locale="vi-VN")  # its console may complain: the policy at work
    page.goto(f"{bridge}/v1")
    page.get_by_text("Nguồn gốc").click()
    page.get_by_role("link", name="Xem bản chụp của trang").click()
    assert page.locator("iframe").get_attribute("sandbox") == ""
    expect(page.frame_locator("iframe").get_by_role("heading", name=BRIDGE)).to_be_visible()
    page.close()


def test_the_language_is_the_browser_s_or_the_reader_s(browser: Browser, room: str) -> None:
    for locale, language, word in (
        ("en-GB", "en", "Disappeared"),
        ("vi-VN", "vi", "Bài bị gỡ"),
        ("fr-FR", "vi", "Bài bị gỡ"),
    ):
        page = browser.new_page(locale=locale)
        page.goto(room)
        assert page.locator("html").get_attribute("lang") == language
        expect(page.get_by_role("heading", name=word)).to_be_visible()
        page.close()


def test_a_chosen_language_stays_chosen(page: Page, room: str) -> None:
    page.goto(room)
    page.get_by_role("link", name="English").click()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Edits").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("search").get_by_role("searchbox").fill("thao")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Results")).to_be_visible()


def test_everything_works_without_javascript(browser: Browser, room: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = context.new_page()
    page.goto(f"{room}/-/search?q=cau+ben+got")
    page.get_by_role("link", name=BRIDGE).first.click()
    page.get_by_label("Bản cũ").select_option("1")
    page.get_by_role("button", name="So sánh").click()
    expect(page.locator(".row.changed")).to_have_count(1)
    context.close()


def test_the_keyboard_reaches_the_text_first(page: Page, bridge: str) -> None:
    page.goto(bridge)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Bỏ qua, đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("kind", PAGES)
def test_no_page_asks_anybody_else_or_moves(page: Page, pages: dict[str, str], room: str, kind: str) -> None:
    """No request leaves the room, the layout does not shift, and it fits a telephone."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if kind in ("capture", "no such article", "search that is none"):
        page = page.context.new_page()  # their console may complain: of a policy at work, of a status
    page.add_init_script(_WATCH)
    page.goto(pages[kind], wait_until="networkidle")
    assert [url for url in asked if not url.startswith(room)] == []
    assert page.evaluate("window.shifted") < 0.1
    assert page.locator("script:not([type='application/ld+json'])").count() == 0
    page.set_viewport_size({"width": 360, "height": 740})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{kind} is {wide} pixels too wide for a telephone"


_WATCH = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""


@pytest.mark.parametrize("kind", PAGES)
def test_axe_finds_no_serious_fault(browser: Browser, pages: dict[str, str], kind: str) -> None:
    """In the light everything, in the dark the contrast."""
    page = browser.new_page(color_scheme="light", locale="vi-VN", bypass_csp=True)
    page.goto(pages[kind])
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page, options={"iframes": False}).response["violations"]
    page.emulate_media(color_scheme="dark")
    contrast = {"iframes": False, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
    found += Axe().run(page, options=contrast).response["violations"]
    page.close()
    grave = [
        f"{fault['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found
        for node in fault["nodes"]
        if fault["impact"] in ("serious", "critical", "moderate")
    ]
    assert grave == []


def test_it_prints_the_article_and_not_the_furniture(page: Page, bridge: str) -> None:
    page.goto(bridge)
    page.emulate_media(media="print")
    expect(page.locator(".body p").first).to_be_visible()
    for boilerplate in (".pages", ".find", ".skip"):
        expect(page.locator(boilerplate)).to_be_hidden()
