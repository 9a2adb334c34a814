"""A chart that is talked about: what stays, what moves, what is said when nothing comes."""

import json
import re
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.click("#chat-input")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def frame(page: Page, name: str) -> Locator:
    return page.locator(".tc-chart").get_by_role("button", name=name, exact=True)


def drawn(page: Page) -> Locator:
    return page.get_by_role("group", name="Drawn by the coach").get_by_role("button")


def wait_for_bars(page: Page) -> None:
    expect(page.locator(".tc-values")).to_contain_text("C ")


@pytest.fixture
def told(open_gallery: Open) -> tuple[Page, Callable[[str, float, float], None]]:
    """A page, and what tells it prices in the server's place."""
    page, lines = open_gallery(), list[WebSocketRoute]()

    def answer(line: WebSocketRoute) -> None:
        lines.append(line)

    page.route_web_socket("**/api/v1/live", answer)

    def tell(symbol: str, price: float, at: float) -> None:
        minute = {"time": at // 60 * 60, "volume": 10}
        bar = minute | dict.fromkeys(("open", "high", "low", "close"), price)
        tick = {"symbol": symbol, "price": price, "time": at, "phase": "regular", "bar": bar}
        lines[-1].send(json.dumps({"now": at}))
        lines[-1].send(json.dumps(tick))

    return page, tell


def test_the_next_sentence_changes_the_chart_in_place_and_keeps_what_the_member_did(
    open_gallery: Open, faults: list[str]
) -> None:
    page = open_gallery()
    ask(page, "panel")
    wait_for_bars(page)
    page.evaluate("document.querySelector('.tc-canvas').dataset.seen = 'yes'")
    frame(page, "15m").click()
    page.locator(".tc-chart").get_by_role("button", name=" of 17 levels").click()
    page.get_by_role("button", name="Remove EMA 9").click()
    expect(frame(page, "15m")).to_have_attribute("aria-pressed", "true")

    ask(page, "panel-marked")

    expect(drawn(page)).to_have_text(["SMA 50", "VWAP ±1σ", "600.50"])
    expect(page.locator(".tc-canvas")).to_have_attribute("data-seen", "yes")
    expect(frame(page, "15m")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="17 levels", exact=True)).to_be_visible()

    ask(page, "panel-4h")

    expect(frame(page, "4h")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".tc-canvas")).to_have_attribute("data-seen", "yes")
    assert faults == []


def test_the_same_sentence_again_shows_the_chart_as_it_says(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "panel")
    wait_for_bars(page)
    frame(page, "15m").click()
    page.get_by_role("button", name="Remove EMA 9").click()
    expect(drawn(page)).to_have_text(["VWAP ±1σ"])

    ask(page, "panel")

    expect(frame(page, "5m")).to_have_attribute("aria-pressed", "true")
    expect(drawn(page)).to_have_text(["EMA 9", "VWAP ±1σ"])


def test_averages_are_asked_for_again_when_a_bar_is_new(
    told: tuple[Page, Callable[[str, float, float], None]],
) -> None:
    page, tell = told
    with page.expect_request("**/api/v1/averages/**") as first:
        ask(page, "chart")
    wait_for_bars(page)
    whole = parse_qs(urlsplit(first.value.url).query)["start"][0]

    with page.expect_request("**/api/v1/averages/**") as again:
        tell("SPY", 602.0, time.time())
        tell("SPY", 602.5, time.time() + 300)

    asked = parse_qs(urlsplit(again.value.url).query)
    assert asked["name"] == ["ema9"]
    assert asked["start"][0] > whole


def test_compared_symbols_move_with_their_own_prices(
    told: tuple[Page, Callable[[str, float, float], None]],
) -> None:
    page, tell = told
    ask(page, "beside")
    wait_for_bars(page)
    expect(drawn(page)).to_have_count(4)
    before = page.locator(".tc-canvas").screenshot()

    for moment in (0, 1):
        tell("AMD", 700.0, time.time() + moment)
    page.wait_for_timeout(500)

    assert page.locator(".tc-canvas").screenshot() != before


def test_a_timeframe_that_fails_leaves_nothing_of_the_old_bars_and_is_tried_again(
    open_gallery: Open,
) -> None:
    page = open_gallery()
    page.clock.install()
    ask(page, "chart")
    wait_for_bars(page)
    expect(page.locator(".tc-countdown")).to_contain_text("closes in")
    failing = re.compile(r"/api/v1/bars/.*timeframe=1h")
    page.route(failing, refuse)

    frame(page, "1h").click()

    expect(page.locator(".tc-message")).to_contain_text("The market does not answer now.")
    expect(page.locator(".tc-values")).to_have_text("")
    expect(page.locator(".tc-countdown")).to_have_text("")
    expect(page.get_by_role("button", name="levels", exact=False)).to_have_count(0)
    expect(drawn(page)).to_have_count(0)

    page.unroute(failing)
    with page.expect_request(failing):
        page.clock.fast_forward(31_000)
    wait_for_bars(page)


def refuse(route: Route) -> None:
    route.fulfill(status=503, json={"detail": "The market does not answer now."})


def test_a_pair_offers_no_extended_hours_even_if_its_bars_do_not_come(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "broken")
    expect(page.locator(".tc-message")).to_contain_text("The market does not answer now.")

    expect(frame(page, "Ext")).to_be_hidden()


def test_bars_of_a_day_and_longer_show_no_level_from_inside_of_them(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "chart")
    wait_for_bars(page)
    levels = page.get_by_role("button", name="levels", exact=False).filter(has_text=" of ")
    expect(levels).to_have_text("6 of 17 levels")

    frame(page, "1W").click()

    expect(levels).to_have_text("6 of 11 levels")
    expect(drawn(page)).to_have_text(["EMA 9 of weeks"])


def test_a_zoom_loads_the_days_it_shows(open_gallery: Open) -> None:
    page = open_gallery()
    with page.expect_request("**/api/v1/bars/**") as asked:
        ask(page, "panel-month")

    start = parse_qs(urlsplit(asked.value.url).query)["start"][0]
    reach = time.time() - page.evaluate("text => Date.parse(text) / 1000", start)
    assert reach > 30 * 86400


def test_pivots_that_were_asked_for_are_all_drawn(open_gallery: Open) -> None:
    page = open_gallery()
    ask(page, "panel-pivots")
    wait_for_bars(page)

    expect(page.get_by_role("button", name="levels", exact=False)).to_have_text(
        re.compile(r"^(8|9|10) of 17 levels$")
    )


def run(page: Page, module: str, body: str, *given: object) -> object:
    """What `body` returns; it sees a module of the page as `m` and `given` as `g`."""
    source = f"async (g) => {{ const m = await import('/assets/coach/{module}.js'); {body} }}"
    return page.evaluate(source, list(given))


def test_no_line_of_vwap_is_drawn_over_the_night(open_gallery: Open) -> None:
    points = [
        {"axis": 1, "session": 0, "vwap": 10, "sigma": 1},
        {"axis": 2, "session": 0, "vwap": 11, "sigma": 1},
        {"axis": 3, "vwap": None, "sigma": None},
        {"axis": 4, "session": 1, "vwap": 20, "sigma": 2},
    ]

    assert run(open_gallery(), "bars", "return m.vwapLine(g[0], 1)", points) == [
        {"time": 1, "value": 11},
        {"time": 2, "value": 12, "color": "transparent"},
        {"time": 4, "value": 22},
    ]


@pytest.mark.parametrize(
    ("low", "high", "range_"),
    [(99, 109, [99, 109]), (50, 109, [95, 109]), (40, 80, None), (130, 140, None)],
)
def test_a_far_average_does_not_flatten_the_candles(
    open_gallery: Open, low: float, high: float, range_: list[float] | None
) -> None:
    body = """
      const info = m.near({priceRange: {minValue: g[0], maxValue: g[1]}}, {low: 100, high: 110});
      return info && [info.priceRange.minValue, info.priceRange.maxValue];
    """

    assert run(open_gallery(), "overlays", body, low, high) == range_


def test_what_is_out_of_view_is_pointed_to_from_the_edge(open_gallery: Open) -> None:
    lines = [
        {"name": "mark", "text": "5,930", "kind": "mark", "y": -900, "isPinned": True},
        {"name": "R3", "kind": "pivot", "y": -90, "isPinned": True},
        {"name": "R2", "kind": "pivot", "y": -40, "isPinned": True},
        {"name": "PP", "kind": "pivot", "y": 50, "isPinned": True},
        {"name": "PDL", "kind": "previous", "y": 300},
        {"name": "SMA 200", "text": "271.20", "kind": "average", "y": 250, "isPinned": True},
    ]

    body = "return m.atEdges(g[0], 200).map(({ name, edge, y }) => [name, edge, y])"
    assert run(open_gallery(), "drawings", body, lines) == [
        ["mark", "▲", 0],
        ["R2", "▲", 0],
        ["SMA 200", "▼", 200],
    ]


def test_hidden_vwap_leaves_no_moments_on_the_axis_of_longer_bars(open_gallery: Open) -> None:
    body = """
      await new Promise((done) => {
        const script = document.createElement('script');
        [script.src, script.onload] = ['/assets/lightweight-charts.js', done];
        document.head.append(script);
      });
      const { createChart, LineSeries } = window.LightweightCharts;
      const chart = createChart(document.body.appendChild(document.createElement('div')));
      const band = new m.VwapBand(chart, LineSeries, { type: 'price' });
      const bar = (time) => ({ time, axis: time, high: 3, low: 1, close: 2, volume: 5 });
      band.show([bar(100), bar(200), bar(300)], [{ open: 0, close: 400 }], 'blue');
      band.hide();
      chart.addSeries(LineSeries).setData([{ time: 200, value: 1 }, { time: 500, value: 1 }]);
      return [200, 500].map((time) => chart.timeScale().timeToIndex(time));
    """

    assert run(open_gallery(), "overlays", body) == [0, 1]


@pytest.mark.parametrize(
    ("line", "is_wider"),
    [
        ({"price": 119, "kind": "previous"}, True),
        ({"price": 121, "kind": "previous"}, False),
        ({"price": 119, "kind": "pivot", "isPinned": True}, False),
        ({"price": 113, "kind": "pivot", "isPinned": True}, True),
        ({"price": 119, "kind": "mark", "isPinned": True}, True),
        ({"price": 105, "kind": "average", "isPinned": True, "isOnlyEdge": True}, False),
    ],
)
def test_lines_widen_the_view_as_far_as_candles_stay_readable(
    open_gallery: Open, line: dict[str, object], is_wider: bool
) -> None:
    body = "return m.widens(g[0], { low: 100, high: 110 })"

    assert run(open_gallery(), "drawings", body, line) is is_wider
