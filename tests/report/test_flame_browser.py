"""The page in a browser: it draws, zooms, searches, filters and sorts, and names cannot do anything in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from goleaklint.dump.account import Account, Group, How, Match, Prediction, Site
from goleaklint.dump.formats import read
from goleaklint.model import Confidence, Finding, Severity, Span
from goleaklint.report.flame import page
from goleaklint.report.flame.tree import bare

pytest.importorskip("selenium", reason="selenium, which drives the browser, is not installed")

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage --force-prefers-reduced-motion"
)
ROW = 21
Open = Callable[..., WebDriver]

CREATED = "created by example.com/shop.{} in goroutine 1\n\t/srv/shop/shop.go:{} +0x2f\n\n"
FRAME = "example.com/shop.{}()\n\t/srv/shop/shop.go:{} +0x1d\n"


def stack(number: int, state: str, *frames: tuple[str, int], created: tuple[str, int] = ("Run", 8)) -> str:
    calls = "".join(FRAME.format(*frame) for frame in frames)
    return f"goroutine {number} [{state}]:\n{calls}{CREATED.format(*created)}"


SHOP = "".join(
    [
        *(stack(10 + at, "chan send, 4 minutes", ("put", 3), ("Run.func1", 9)) for at in range(6)),
        *(stack(20 + at, "select, 90 minutes", ("loop", 5), ("Run.func1", 9)) for at in range(3)),
        *(stack(30 + at, "chan receive", ("Serve", 20), created=("Start", 7)) for at in range(2)),
        stack(40, "sleep", ("nap", 33), created=("Start", 7)),
        "goroutine 2 [force gc (idle)]:\nruntime.forcegchelper()\n\t/go/src/runtime/proc.go:360 +0xb3\n\n",
    ]
)


def account(text: str, path: str = "shop.txt") -> Account:
    return bare(read(text.encode("utf-8", "surrogateescape"), path))


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    """One browser for all tests of this module."""
    programs = ("chromium", "chromium-browser", "google-chrome")
    binary = next((path for name in programs if (path := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if binary is None or driver is None:
        pytest.skip("no chromium with chromedriver on PATH to look at the page with")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for flag in (*FLAGS.split(), f"--user-data-dir={profile}", "--window-size=1280,900"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        try:
            opened = webdriver.Chrome(options=options, service=Service(driver))
        except WebDriverException as error:
            pytest.skip(f"the browser does not start: {error.msg}")
        yield opened
        opened.quit()


@pytest.fixture
def look(browser: WebDriver, tmp_path: Path) -> Open:
    """Open a page, at a width; whatever the browser complains of fails the test."""

    def open_(text: str, width: int = 1280) -> WebDriver:
        path = tmp_path / "page.html"
        path.write_text(text, encoding="utf-8")
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        complaints(browser)
        browser.get(path.as_uri())
        assert complaints(browser) == []
        return browser

    return open_


def complaints(driver: WebDriver) -> list[str]:
    """What the browser has told its console since it was asked last."""
    return [str(entry["message"]) for entry in driver.execute("getLog", {"type": "browser"})["value"]]


def by_id(driver: WebDriver, name: str) -> WebElement:
    return driver.find_element(By.ID, name)


def text_of(driver: WebDriver, name: str) -> str:
    return str(driver.execute_script("return document.getElementById(arguments[0]).textContent", name))


def click(driver: WebDriver, x: int, level: int) -> None:
    """Click into the chart, `x` pixels from its left edge; level 0 is the root."""
    chart = by_id(driver, "chart")
    size = chart.size
    across, down = x - size["width"] // 2, level * ROW + ROW // 2 - size["height"] // 2
    ActionChains(driver, duration=0).move_to_element_with_offset(chart, across, down).click().perform()


def colors(driver: WebDriver, level: int) -> list[str]:
    """The fills of one level of the chart, from left to right, as the names of the style's colours."""
    found = driver.execute_script(
        """
        const chart = document.getElementById("chart"), context = chart.getContext("2d"), found = [];
        const style = getComputedStyle(document.documentElement), names = {};
        for (const name of ["c0", "c1", "c2", "c3", "mixed", "hit", "grew", "shrank"]) {
          context.fillStyle = style.getPropertyValue("--" + name).trim();
          names[context.fillStyle] = name;
        }
        const y = arguments[0] * 21 + 3;
        const line = context.getImageData(0, y, chart.width, 1).data;
        for (let x = 0; x < chart.width; x++) {
          const hex = "#" + [0, 1, 2].map((at) => line[4 * x + at].toString(16).padStart(2, "0")).join("");
          const name = line[4 * x + 3] === 255 && names[hex];
          if (name && found[found.length - 1] !== name) found.push(name);
        }
        return found;
        """,
        level,
    )
    return [str(name) for name in found]


def rows(driver: WebDriver) -> list[str]:
    """The table: the texts of each row's cells, joined."""
    script = """
        const text = (cell) => [...cell.querySelectorAll("code, .dim, .tag")].map((part) => part.textContent).join(" ") || cell.textContent;
        return [...document.querySelectorAll("#table tbody tr")].map((row) => [row.cells[0].textContent, ...[...row.cells].slice(1).map(text)].join(" | "));
    """  # noqa: E501
    return [str(row) for row in driver.execute_script(script)]


def crumbs(driver: WebDriver) -> list[str]:
    return [button.text for button in by_id(driver, "crumbs").find_elements(By.TAG_NAME, "button")]


def press(driver: WebDriver, *keys: str) -> None:
    ActionChains(driver, duration=0).send_keys(*keys).perform()


def chips(driver: WebDriver, name: str) -> list[str]:
    return [chip.text.replace("\n", " ") for chip in by_id(driver, name).find_elements(By.TAG_NAME, "button")]


def choose(driver: WebDriver, name: str, text: str) -> None:
    buttons = by_id(driver, name).find_elements(By.TAG_NAME, "button")
    next(button for button in buttons if button.text.startswith(text)).click()


PUT = "6 | chan send | 4 min | shop.Run shop.go:8 | shop.put shop.go:3"
LOOP = "3 | select | 1 h 30 min | shop.Run shop.go:8 | shop.loop shop.go:5"
SERVE = "2 | chan receive |  | shop.Start shop.go:7 | shop.Serve shop.go:20"
NAP = "1 | sleep |  | shop.Start shop.go:7 | shop.nap shop.go:33"


def test_it_draws(look: Open) -> None:
    """The widths are shares, the classes have their colours, and the legend, the filters and the table count alike."""
    driver = look(page.render([account(SHOP)]))
    assert driver.title == "shop.txt – goroutines"
    assert text_of(driver, "facts").startswith("13 goroutines · 5 groups")
    assert [colors(driver, level) for level in range(5)] == [
        ["mixed"],
        ["mixed"],
        ["mixed", "c2", "c3"],
        ["c0", "c2", "c3"],
        ["c0", "c2"],
    ]
    assert chips(driver, "classes") == [
        "blocked in a channel send or a mutex 6",
        "net/http.(*conn).serve in a read 0",
        "receive or select on a user channel 5",
        "other 1",
    ]
    assert chips(driver, "reasons") == ["chan send 6", "select 3", "chan receive 2", "sleep 1"]
    assert chips(driver, "verdicts") == ["candidate 11", "possible 1", "the runtime's own 1"]
    assert rows(driver) == [PUT, LOOP, SERVE, NAP]


def test_zoom(look: Open) -> None:
    """A click makes a node as wide as the chart and the table its own; Esc, the crumbs and the button lead back."""
    driver = look(page.render([account(SHOP)]))
    click(driver, 1200, 1)
    assert crumbs(driver) == ["all goroutines", "go shop.Start"]
    assert colors(driver, 2) == ["c2", "c3"]
    assert (text_of(driver, "listed"), rows(driver)) == ("2 of 5 groups, 3 goroutines", [SERVE, NAP])
    assert by_id(driver, "details").text.split("\n")[:3] == [
        "go example.com/shop.Start",
        "/srv/shop/shop.go:7",
        "3 of 12 goroutines, 25.0%, in 2 groups",
    ]
    click(driver, 100, 2)
    assert crumbs(driver) == ["all goroutines", "go shop.Start", "shop.Serve"]
    by_id(driver, "crumbs").find_elements(By.TAG_NAME, "button")[1].click()
    assert crumbs(driver) == ["all goroutines", "go shop.Start"]
    press(driver, Keys.ESCAPE)
    assert (crumbs(driver), rows(driver)) == (["all goroutines"], [PUT, LOOP, SERVE, NAP])
    click(driver, 100, 1)
    by_id(driver, "reset").click()
    assert (crumbs(driver), by_id(driver, "reset").is_enabled()) == (["all goroutines"], False)


def test_search(look: Open) -> None:
    """Text or a regular expression: what matches is coloured and counted, and the table holds nothing else."""
    driver = look(page.render([account(SHOP)]))
    press(driver, "/", "SERVE|nap")
    assert text_of(driver, "matched") == "matched 25.0% (3 of 12)"
    assert "hit" in colors(driver, 2)
    assert rows(driver) == [SERVE, NAP]
    press(driver, Keys.ESCAPE)
    assert (text_of(driver, "matched"), rows(driver)) == ("", [PUT, LOOP, SERVE, NAP])
    press(driver, "/", "Run.func1")
    assert text_of(driver, "matched") == "matched 75.0% (9 of 12)"
    press(driver, Keys.ESCAPE, "/", "[chan (")
    assert (text_of(driver, "matched"), rows(driver)) == ("matched 0% (0 of 12)", [])
    press(driver, Keys.ESCAPE, "/", "[chan")
    assert (text_of(driver, "matched"), rows(driver)) == ("matched 66.7% (8 of 12)", [PUT, SERVE])


def test_filters(look: Open) -> None:
    """A wait reason, a class, the runtime's own: the tree is that of what is left, and Esc shows everything again."""
    driver = look(page.render([account(SHOP)]))
    choose(driver, "reasons", "select")
    assert (rows(driver), colors(driver, 0)) == ([LOOP], ["c2"])
    choose(driver, "reasons", "chan send")
    assert rows(driver) == [PUT, LOOP]
    choose(driver, "classes", "blocked")
    assert rows(driver) == [PUT]
    press(driver, Keys.ESCAPE)
    assert rows(driver) == [PUT, LOOP, SERVE, NAP]
    choose(driver, "verdicts", "possible")
    assert rows(driver) == [NAP]
    choose(driver, "verdicts", "possible")
    choose(driver, "verdicts", "the runtime's own")
    assert text_of(driver, "listed") == "5 groups, 13 goroutines"


def test_the_focus_stays(look: Open) -> None:
    """A chip that was pressed by the keyboard can be pressed again."""
    driver = look(page.render([account(SHOP)]))
    by_id(driver, "reasons").find_elements(By.TAG_NAME, "button")[1].send_keys(Keys.ENTER)
    assert rows(driver) == [LOOP]
    press(driver, Keys.ENTER)
    assert rows(driver) == [PUT, LOOP, SERVE, NAP]


def test_several_dumps(look: Open) -> None:
    """They are counted together, and each can be shown alone."""
    driver = look(page.render([account(SHOP), account(stack(7, "sleep", ("nap", 33)), "two.txt")]))
    assert chips(driver, "dumps") == ["shop.txt 12", "two.txt 1"]
    choose(driver, "dumps", "two.txt")
    assert rows(driver) == ["1 | sleep |  | shop.Run shop.go:8 | shop.nap shop.go:33"]


def test_keys(look: Open) -> None:
    """Arrows move from node to node, Enter zooms."""
    driver = look(page.render([account(SHOP)]))
    press(driver, Keys.ESCAPE)
    click(driver, 5, 0)
    said = []
    for key in (Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ARROW_LEFT):
        press(driver, key)
        said.append(text_of(driver, "spoken"))
    assert said == [
        "go example.com/shop.Run shop.go:8, 9",
        "go example.com/shop.Start shop.go:7, 3",
        "go example.com/shop.Start shop.go:7, 3",
        "example.com/shop.Serve shop.go:20, 2",
        "go example.com/shop.Start shop.go:7, 3",
        "go example.com/shop.Run shop.go:8, 9",
    ]
    press(driver, Keys.ENTER)
    assert crumbs(driver) == ["all goroutines", "go shop.Run"]


def test_sorting(look: Open) -> None:
    """A column's heading sorts by it, a second click the other way round."""
    driver = look(page.render([account(SHOP)]))
    headings = driver.find_elements(By.CSS_SELECTOR, "#table th")
    assert [heading.text.split(" ↓")[0] for heading in headings] == [
        "goroutines",
        "reason",
        "waited",
        "created at",
        "waits at",
    ]
    headings[2].find_element(By.TAG_NAME, "button").click()
    assert (rows(driver), headings[2].get_attribute("aria-sort")) == ([LOOP, PUT, SERVE, NAP], "descending")
    headings[0].find_element(By.TAG_NAME, "button").click()
    headings[0].find_element(By.TAG_NAME, "button").click()
    assert (rows(driver), headings[0].get_attribute("aria-sort")) == ([NAP, SERVE, LOOP, PUT], "ascending")


def test_source_and_finding(look: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A click on a row or on its leaf shows the source around the places, the finding, the stack."""
    monkeypatch.chdir(tmp_path)
    Path("shop.go").write_text("".join(f"\tline{number}()\n" for number in range(1, 40)))
    dump = read(SHOP.encode(), "shop.txt")

    def site(line: int) -> Site:
        span = Span("shop.go", line, 2, line, 9)
        return Site(span=span, function="example.com/shop.Run", statement="", how=How.LINE, dump_line=line)

    finding = Finding(
        code="GLK101",
        name="abandoned-send",
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        message="send on done blocks for ever",
        span=site(9).span,
    )
    prediction = Prediction(finding=finding, match=Match.BOTH)
    sent, *others = [bucket for bucket in dump.buckets if bucket.verdict != "never"]
    groups = (Group(bucket=sent, creation=site(8), block=site(9), prediction=prediction), *map(_group, others))
    driver = look(page.render([Account(dump=dump, repository=".", groups=groups)]))
    click(driver, 1200, 1)
    press(driver, Keys.ESCAPE)
    assert rows(driver)[0].startswith("6 | chan send | 4 min | shop.Run shop.go:8 | shop.Run shop.go:9 | GLK101")
    assert chips(driver, "verdicts") == ["candidate 11", "possible 1", "with a finding 6", "without a finding 6"]
    driver.find_element(By.CSS_SELECTOR, "#table tbody tr").click()
    lines = [" ".join(line.split()) for line in by_id(driver, "details").text.split("\n")]
    assert lines[:9] == [
        "6 goroutines [chan send]",
        "candidate · blocked in a channel send or a mutex · waiting 4 min",
        "GLK101 abandoned-send high confidence",
        "send on done blocks for ever",
        "shop.go:9",
        "shop.go",
        "5 line5()",
        "6 line6()",
        "7 line7()",
    ]
    assert "↑ created here" in "\n".join(lines)
    assert lines[lines.index("stack, innermost first") + 1 :][:2] == [
        "shop.put /srv/shop/shop.go:3",
        "shop.Run.func1 /srv/shop/shop.go:9",
    ]


def _group(bucket: Any) -> Group:
    return Group(bucket=bucket)


HOSTILE = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>\x00\u202e\udcff"


def test_names_are_text(look: Open) -> None:
    """Markup in function names, files, reasons and labels is shown as it stands, and does nothing."""
    text = stack(7, "chan send", ("put", 3)).replace("put", HOSTILE).replace("shop.go:3", f"{HOSTILE}:3")
    text += stack(8, f"{HOSTILE}", ("put", 3), created=(HOSTILE, 9))
    driver = look(page.render([account(text, f"{HOSTILE}.txt")]))
    click(driver, 5, 0)
    for row in driver.find_elements(By.CSS_SELECTOR, "#table tbody tr"):
        row.click()
        assert driver.execute_script("return window.hit") is None
    shown = "</script><script>window.hit=1</script><img src=x onerror=window.hit=1>\\x00\\u202e"
    assert shown + "\ufffd" in by_id(driver, "details").text
    assert shown + "\\xff" in by_id(driver, "name").text
    assert shown + "\\xff" in driver.title
    script = "return [document.scripts.length, document.images.length, performance.getEntriesByType('resource').length]"
    assert driver.execute_script(script) == [2, 0, 0]


def test_policy(look: Open) -> None:
    """What gets in all the same does not run, and reaches nobody."""
    driver = look(page.render([account(SHOP)]))
    driver.execute_script(
        """
        const script = document.createElement("script");
        script.textContent = "window.hit = 1";
        document.body.append(script);
        const image = document.createElement("img");
        image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
        document.body.append(image);
        """
    )
    done = driver.execute_async_script(
        "const done = arguments[0]; fetch('data:,x').then(() => done('read'), () => done('refused'));"
    )
    assert (driver.execute_script("return window.hit"), done) == (None, "refused")
    assert sum("Content Security Policy" in message for message in complaints(driver)) >= 3


def test_themes(look: Open) -> None:
    """The system's theme, then light, then dark, by the button; the chart follows."""
    driver = look(page.render([account(SHOP)]))
    seen = []
    for _ in range(4):
        script = (
            "const page = document.documentElement; return [page.dataset.theme, getComputedStyle(page).backgroundColor]"
        )
        seen.append((text_of(driver, "theme"), *driver.execute_script(script)))
        assert colors(driver, 3) == ["c0", "c2", "c3"]
        by_id(driver, "theme").click()
    light, dark = ("light", "rgb(255, 255, 255)"), ("dark", "rgb(19, 22, 26)")
    assert seen == [
        ("theme: auto", *light),
        ("theme: light", *light),
        ("theme: dark", *dark),
        ("theme: auto", *light),
    ]


def test_the_system_is_dark(look: Open, browser: WebDriver) -> None:
    """`prefers-color-scheme` decides while nobody chooses."""
    feature = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", feature)
    try:
        driver = look(page.render([account(SHOP)]))
        assert driver.execute_script("return document.documentElement.dataset.theme") == "dark"
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def many(groups: int) -> str:
    return "".join(
        stack(number, "chan send", ("put", number), created=("Run", number)) for number in range(2, groups + 2)
    )


def test_three_thousand_groups(look: Open) -> None:
    """The narrow ones are drawn as one that a click opens; the table shows the first of them."""
    driver = look(page.render([account(many(3000) + SHOP)]))
    assert text_of(driver, "facts").startswith("3,013 goroutines · 3,005 groups")
    assert len(rows(driver)) == 200
    by_id(driver, "more").click()
    assert len(rows(driver)) == 700
    click(driver, 900, 1)
    assert crumbs(driver)[0] == "all goroutines"
    assert crumbs(driver)[1].endswith("narrow frames")
    press(driver, "/", "shop.go:2999$")
    assert text_of(driver, "matched") == "matched <0.1% (1 of 3,012)"
    driver.find_element(By.CSS_SELECTOR, "#table tbody tr").click()
    assert crumbs(driver) == ["all goroutines", "go shop.Run"]


def test_a_very_deep_stack(look: Open) -> None:
    """A canvas has its limits: what is below them is told, and the details have it all."""
    frames = [(f"f{number}", number) for number in range(1, 501)]
    driver = look(page.render([account(stack(7, "chan send", *frames))]))
    assert text_of(driver, "below") == "123 levels below are not drawn"
    assert len(by_id(driver, "details").find_elements(By.CSS_SELECTOR, ".stack li")) == 500


@pytest.mark.parametrize("width", [1280, 500, 320])
@pytest.mark.parametrize("groups", [2, 300])
def test_widths(look: Open, width: int, groups: int) -> None:
    """Nothing stands out of the page at the side, however narrow the window, and the chart takes all the room."""
    long = "a" * 90
    text = many(groups) + stack(9000, "chan send", (long, 3), created=(long, 5))
    driver = look(page.render([account(text, f"{long}.txt")]), width)
    script = "return [document.documentElement.scrollWidth, document.getElementById('chart').clientWidth]"
    scroll, chart = driver.execute_script(script)
    assert scroll <= width
    assert width - 60 < chart < width


def test_comparison(look: Open) -> None:
    """Red grew, blue shrank, gone ones are still there; the table shows the greatest change first."""
    base = stack(1, "chan send", ("put", 3)) + "".join(stack(at, "select", ("loop", 5)) for at in (2, 3, 4))
    new = "".join(stack(at, "chan send", ("put", 3)) for at in range(10, 15)) + stack(
        9, "sleep", ("nap", 5), created=("Start", 7)
    )
    base += stack(7, "chan receive", ("Serve", 20), created=("Stop", 9))
    new += stack(8, "chan receive", ("Serve", 20), created=("Stop", 9))
    driver = look(page.render_diff([account(base, "base.txt")], [account(new, "new.txt")]))
    assert text_of(driver, "name") == "base.txt → new.txt"
    assert text_of(driver, "facts").startswith("5 → 7 (+2) goroutines · 4 groups")
    assert [row.replace(" |  | ", " | ") for row in rows(driver)] == [
        "1 | 5 | +4 | chan send | shop.Run shop.go:8 | shop.put shop.go:3",
        "3 | 0 | −3 | select | shop.Run shop.go:8 | shop.loop shop.go:5",
        "0 | 1 | +1 | sleep | shop.Start shop.go:7 | shop.nap shop.go:5",
        "1 | 1 | ±0 | chan receive | shop.Stop shop.go:9 | shop.Serve shop.go:20",
    ]
    assert colors(driver, 3) == ["shrank", "c3", "grew"]
    click(driver, 100, 1)
    assert by_id(driver, "details").text.split("\n")[2] == "4 → 5 (+1), in 2 groups"
