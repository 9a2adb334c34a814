"""The page's pure modules, run where they live: in a browser."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, gallery: str) -> Page:
    page = browser.new_page()
    page.goto(f"{gallery}/api/v1/market/status")
    return page


def run(page: Page, module: str, body: str, *given: Any) -> Any:
    """What `body` returns; it sees the module as `m` and `given` as `g`."""
    source = f"async (g) => {{ const m = await import('/assets/coach/{module}.js'); {body} }}"
    return page.evaluate(source, list(given))


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "text"),
    [
        (6012.4, 2, False, "6,012.40"),
        (0.42, 2, True, "+0.42"),
        (-5.79, 2, True, "−5.79"),
        (-0.001, 2, True, "0.00"),
        (0.00001234, 8, False, "0.00001234"),
    ],
)
def test_a_price_that_arrives_later_is_written_as_the_server_writes(
    page: Page, value: float, decimals: int, signed: bool, text: str
) -> None:
    assert (
        run(page, "format", "return m.number(g[0], g[1], {signed: g[2]})", value, decimals, signed)
        == text
    )


def test_the_axis_shows_new_york_time_on_both_sides_of_a_change_of_the_clocks(page: Page) -> None:
    friday, monday = (
        1761917400,
        1762180200,
    )  # 2025-10-31 13:30Z and 2025-11-03 14:30Z: both 09:30 ET

    axis = "return g.map(t => new Date(m.axisTime(t, m.timeframe('5m'), 'America/New_York') * 1000).toISOString())"

    assert run(page, "bars", axis, friday, monday) == [
        "2025-10-31T09:30:00.000Z",
        "2025-11-03T09:30:00.000Z",
    ]


def test_a_countdown_is_written_in_full_hours_and_days(page: Page) -> None:
    texts = run(page, "format", "return g.map(m.countdown)", 5, 125, 3725, 200000, -3)

    assert texts == ["0:05", "2:05", "1:02:05", "2 days 7:33:20", "0:00"]


LAST = {"time": 1000 * 300, "open": 10, "high": 11, "low": 9, "close": 10, "volume": 50}


def tick(at: int, price: float, volume: int = 0, phase: str = "regular") -> dict[str, Any]:
    bar = {"time": at // 60 * 60, "open": price, "high": price, "low": price, "close": price}
    return {"price": price, "time": at, "phase": phase, "bar": {**bar, "volume": volume}}


ADVANCE = """
  const seen = {}; let last = g[0], step;
  for (const tick of g[2]) {
    step = m.advance(last, tick, {frame: m.timeframe(g[1]), extended: g[3] ?? false, zone: 'UTC', seen});
    if (step?.bar) last = step.bar;
  }
  return step;
"""


def test_a_tick_inside_the_bar_widens_it_and_counts_volume_once(page: Page) -> None:
    ticks = [tick(300_010, 12, 7), tick(300_020, 8, 9), tick(300_070, 9, 4)]

    step = run(page, "bars", ADVANCE, LAST, "5m", ticks)

    assert step["isNew"] is False
    assert step["bar"] == LAST | {"high": 12, "low": 8, "close": 9, "volume": 50 + 2 + 4}


def test_a_bar_reaches_as_far_as_the_minutes_inside_of_it(page: Page) -> None:
    """Ticks are conflated: a price between two of them is known of the minute alone."""
    wide = tick(300_070, 10, 4)
    wide["bar"] |= {"high": 14, "low": 7}

    step = run(page, "bars", ADVANCE, LAST, "5m", [wide])

    assert (step["bar"]["high"], step["bar"]["low"]) == (14, 7)


CORRECTED = """
  const seen = {}; const [bars, name, ticks, extended] = g;
  let found;
  for (const tick of ticks) {
    const asked = {frame: m.timeframe(name), extended: extended ?? false, zone: 'UTC', seen};
    found = m.corrected(bars, tick, asked);
    bars.splice(0, bars.length, ...found.bars);
    const step = m.advance(bars.at(-1), tick, asked);
    if (step?.isNew) bars.push(step.bar); else if (step?.bar) bars[bars.length - 1] = step.bar;
  }
  return [bars, found.isLonger, found.repairFrom];
"""


def ended(at: int, high: float, low: float, close: float, volume: int) -> dict[str, Any]:
    return {"time": at, "open": close, "high": high, "low": low, "close": close, "volume": volume}


def test_a_minute_that_ended_wider_widens_the_longer_bar_it_is_in(page: Page) -> None:
    later = tick(300_065, 10, 1) | {"finished": [ended(300_000, 15, 6, 10, 12)]}

    bars, _, repair = run(page, "bars", CORRECTED, [LAST], "5m", [tick(300_010, 12, 7), later])

    assert repair is None
    assert bars == [LAST | {"high": 15, "low": 6, "close": 10, "volume": 50 + (12 - 7) + 1}]


@pytest.mark.parametrize(
    "late",
    [ended(300_000, 15, 6, 10, 12), ended(300_060, 11, 9, 10, 12)],
    ids=["no tick told it", "it ended narrower"],
)
@pytest.mark.parametrize("timeframe", ["5m", "15m", "1h", "4h", "1d"])
def test_a_longer_bar_is_asked_for_again_where_only_the_server_knows_it(
    page: Page, timeframe: str, late: dict[str, Any]
) -> None:
    ticks = [tick(300_070, 12, 7), tick(300_130, 10) | {"finished": [late]}]

    _, _, repair = run(page, "bars", CORRECTED, [LAST], timeframe, ticks)

    assert repair == LAST["time"]


def test_a_bar_that_nobody_told_is_asked_for(page: Page) -> None:
    earlier = LAST | {"time": LAST["time"] - 600}
    late = tick(300_010, 10) | {"finished": [ended(299_760, 11, 9, 10, 3)]}

    _, _, repair = run(page, "bars", CORRECTED, [earlier, LAST], "5m", [late])

    assert repair == earlier["time"]


def test_late_minutes_take_their_places_in_a_chart_of_minutes(page: Page) -> None:
    times = (300_000, 300_180)
    minutes = [LAST | {"time": at} for at in times]
    late = [ended(at, 11, 9, 10, 3) for at in (300_000, 300_060, 300_120)]

    bars, is_longer, repair = run(
        page, "bars", CORRECTED, minutes, "1m", [tick(300_190, 10) | {"finished": late}]
    )

    assert (is_longer, repair) == (True, None)
    assert [(each["time"], each["volume"]) for each in bars] == [
        (300_000, 3),
        (300_060, 3),
        (300_120, 3),
        (300_180, 50),
    ]


def test_minutes_outside_of_regular_hours_add_nothing_to_a_chart_of_those(page: Page) -> None:
    late = tick(307_210, 10, phase="premarket") | {"finished": [ended(307_140, 15, 6, 10, 3)]}

    bars, _, repair = run(page, "bars", CORRECTED, [LAST], "5m", [late])

    assert (bars, repair) == ([LAST], None)


def test_a_tick_after_the_bar_opens_the_next_one(page: Page) -> None:
    step = run(page, "bars", ADVANCE, LAST, "5m", [tick(300_301, 12)])

    assert step["isNew"] is True
    assert step["bar"]["time"] == LAST["time"] + 300
    assert step["bar"]["open"] == step["bar"]["close"] == 12


def test_a_tick_beyond_a_gap_asks_the_server_where_the_bar_starts(page: Page) -> None:
    assert run(page, "bars", ADVANCE, LAST, "5m", [tick(300_000 + 3600, 12)]) == "reload"


@pytest.mark.parametrize("phase", ["premarket", "after hours", "closed"])
def test_a_chart_of_regular_hours_ignores_other_ticks(page: Page, phase: str) -> None:
    assert run(page, "bars", ADVANCE, LAST, "5m", [tick(300_010, 12, phase=phase)]) is None


@pytest.mark.parametrize(
    ("timeframe", "days", "expected"),
    [
        ("1d", 0, False),
        ("1d", 1, "reload"),
        ("1w", 2, False),
        ("1w", 7, "reload"),
        ("1mo", 40, "reload"),
    ],
)
def test_a_day_or_longer_bar_takes_ticks_of_its_own_period_only(
    page: Page, timeframe: str, days: int, expected: object
) -> None:
    monday = 1763337600  # 2025-11-17
    step = run(
        page,
        "bars",
        ADVANCE,
        LAST | {"time": monday},
        timeframe,
        [tick(monday + days * 86400 + 60, 12)],
    )

    assert (step if step == "reload" else step["isNew"]) == expected


def test_an_average_of_days_is_a_step_on_minutes_that_holds_until_the_next(page: Page) -> None:
    bars = [{"time": at, "axis": at + 1000} for at in (10, 20, 30, 40)]
    points = [{"time": 15, "value": 7}, {"time": 40, "value": 8}]

    line = run(page, "bars", "return m.heldAt(g[0], g[1])", bars, points)

    assert line == [
        {"time": 1020, "value": 7},
        {"time": 1030, "value": 7},
        {"time": 1040, "value": 8},
    ]


def test_vwap_starts_anew_with_each_session_and_has_none_outside(page: Page) -> None:
    bars = [
        {"time": at, "axis": at, "high": price, "low": price, "close": price, "volume": volume}
        for at, price, volume in ((5, 9, 9), (10, 10, 1), (11, 20, 3), (30, 50, 2))
    ]
    sessions = [{"open": 10, "close": 20}, {"open": 30, "close": 40}]

    curves = run(page, "bars", "return m.vwapCurves(g[0], g[1])", bars, sessions)

    assert [point["vwap"] for point in curves] == [None, 10, 17.5, 50]
    assert curves[2]["sigma"] == pytest.approx(4.330127, abs=1e-6)


@pytest.mark.parametrize(
    ("zoom", "first"), [("today", 3), ("week", 2), ("month", 1), ("ytd", 1), ("all", 0)]
)
def test_a_zoom_begins_at_its_first_bar(page: Page, zoom: str, first: int) -> None:
    day, now = 86400, 1795132800  # Friday 20 November 2026
    bars = [{"time": now - back * day, "axis": now - back * day} for back in (400, 20, 3)]
    bars += [{"time": now, "axis": now}]

    assert run(page, "bars", "return m.zoomedFrom(g[0], g[1], g[2])", bars, zoom, now) == first


def test_labels_of_close_lines_do_not_cover_each_other_and_stay_on_the_chart(page: Page) -> None:
    lines = [{"y": y} for y in (100, 101, 102, 298, 299, 3)]

    placed = run(page, "drawings", "return m.keepApart(g[0], 300)", lines)

    heights = [line["labelY"] for line in placed]
    assert all(below - above >= 16 for above, below in pairwise(heights))
    assert heights[0] >= 8
    assert heights[-1] <= 292
    assert heights[1:4] == [84, 101, 118]


def test_where_labels_have_no_room_the_first_lines_keep_theirs(page: Page) -> None:
    lines = [{"y": 50 + at, "name": at} for at in range(20)]

    placed = run(page, "drawings", "return m.keepApart(g[0], 100)", lines)

    assert sorted(line["name"] for line in placed) == [0, 1, 2, 3, 4]


def test_levels_of_one_price_share_a_line(page: Page) -> None:
    lines = [
        {"name": name, "text": text}
        for name, text in (("OR5L", "9.1"), ("PDH", "9.2"), ("OR15L", "9.1"))
    ]

    names = run(page, "drawings", "return m.together(g[0]).map(line => line.name)", lines)

    assert names == ["OR5L +1", "PDH"]


def test_bars_outside_the_sessions_are_shaded_in_runs(page: Page) -> None:
    bars = [{"time": at, "axis": at} for at in range(0, 100, 10)]
    sessions = [{"open": 20, "close": 40}, {"open": 60, "close": 80}]

    runs = run(page, "drawings", "return m.extendedRuns(g[0], g[1])", bars, sessions)

    assert runs == [[0, 10], [40, 50], [80, 90]]


def rung(name: str, price: str, **more: Any) -> dict[str, Any]:
    def number(text: str, value: str, unit: str = "USD") -> dict[str, str]:
        return {"text": text, "value": value, "unit": unit, "figure": "a1"}

    return {
        "name": name,
        "kind": "previous",
        "side": "below",
        "is_nearest": False,
        "is_highlighted": False,
        "price": number(price, price),
        "distance": number("−1.00", "-1"),
        "distance_pct": number("−1.00%", "-1", "%"),
        "distance_atr": number("−0.50 ATR", "-0.5", "ATR"),
    } | more


def test_a_moving_price_measures_its_levels_anew_and_changes_their_side(page: Page) -> None:
    rungs = [rung("PDH", "100.00"), rung("PDL", "98.00")]

    high, low = run(
        page, "ladder", "return m.seenFrom(g[0], g[1], g[2])", rungs, 99.5, {"value": "2"}
    )

    assert (high["side"], low["side"]) == ("above", "below")
    assert high["shown"] == {
        "distance": "+0.50",
        "distance_pct": "+0.50%",
        "distance_atr": "+0.25 ATR",
    }
    assert low["shown"]["distance"] == "−1.50"
    assert (high["is_nearest"], low["is_nearest"]) == (True, False)


def test_the_nearest_rungs_are_taken_from_both_sides_and_the_asked_ones_stay(page: Page) -> None:
    rungs = [rung(f"R{at}", "1", side="above") for at in range(9, 0, -1)]
    rungs += [rung("S1", "1"), rung("S2", "1", is_highlighted=True)]
    rungs[0]["is_highlighted"] = True

    names = run(page, "ladder", "return m.around(g[0], 4).map(r => r.name)", rungs)

    assert names == ["R9", "R2", "R1", "S1", "S2"]


def test_a_distance_keeps_its_unit_when_the_price_moves(page: Page) -> None:
    level, last, distance = (
        {"value": "110"},
        {"value": "100"},
        {"value": "2.5", "text": "+2.50 ATR", "unit": "ATR"},
    )
    body = "return m.distanceAt(g[0], g[1], g[2], g[3])"

    assert run(page, "ladder", body, 104, level, last, distance) == "+1.50 ATR"
    assert run(page, "ladder", body, 112, level, last, distance) == "−0.50 ATR"


PICTURE = """
  const canvas = Object.assign(document.createElement('canvas'), { width: 4, height: 4 });
  const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'));
  const plain = new Uint8Array(await blob.arrayBuffer());
  const saved = m.withChart(plain, { symbol: 'SPX', note: 'Zürich ±1σ' });
"""


def test_a_picture_carries_its_chart_and_is_still_a_picture(page: Page) -> None:
    kept, width = run(
        page,
        "picture",
        PICTURE
        + """const drawn = await createImageBitmap(new Blob([saved], { type: 'image/png' }));
          return [JSON.parse(m.chartIn(saved)), drawn.width];""",
    )

    assert kept == {"symbol": "SPX", "note": "Zürich ±1σ"}
    assert width == 4


def test_no_chart_is_read_from_what_is_broken_or_foreign(page: Page) -> None:
    found = run(
        page,
        "picture",
        PICTURE
        + """const changed = (at, byte) => Uint8Array.from(saved, (each, index) => (index === at ? byte : each));
          return [
            plain, new Uint8Array(0), Uint8Array.from([255, 216, 255]), saved.subarray(0, 60),
            changed(0, 0), changed(33, 255), changed(42, 88), changed(70, 0),
          ].map(m.chartIn);""",
    )

    assert found == [None] * 8


@pytest.mark.parametrize(("profile", "shown"), [("day", 101), ("", 101), ("month", 100)])
def test_the_days_live_levels_do_not_move_another_windows_profile(
    page: Page, profile: str, shown: float
) -> None:
    price = {"value": "100", "text": "100.00"}
    rung = {"name": "POC", "kind": "profile", "price": price, "tested": None}
    live = {"POC": {"price": 101, "tested": None}}
    body = "return m.movedTo([g[0]], g[1], g[2])[0]"
    moved = run(page, "ladder", body, rung, live, profile)
    assert moved.get("at", 100) == shown


def test_the_volume_profile_has_a_colour_of_its_own(page: Page) -> None:
    tones = run(page, "ladder", "return ['above', 'below'].map(side => m.tone('profile', side))")
    assert tones == ["violet", "violet"]
