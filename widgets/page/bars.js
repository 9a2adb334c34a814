/**
 * Bars of the chart: fetched, kept moving by ticks, averaged.
 *
 * `GET /api/v1/bars/{symbol}?timeframe=5m&start=…&end=…&extended=true` answers
 * `{symbol, timeframe, provider, simulated, is_forming, bars: [{time, open, high, low, close,
 * volume}], sessions?: [{open, close}]}` with times in Unix seconds. `start` and `end` are ISO;
 * without `end` the bars reach to the market's present. `sessions` are the regular hours inside the
 * range, for shading. Errors are problem+json.
 */

import { zoneOffset } from "./format.js";

const DAY = 86400;
const HOUR = 3600;
const MINUTES_KEPT = 30;

export const TIMEFRAMES = [
  { name: "1m", label: "1m", title: "1 minute", seconds: 60, days: 5 },
  { name: "5m", label: "5m", title: "5 minutes", seconds: 300, days: 10 },
  { name: "15m", label: "15m", title: "15 minutes", seconds: 900, days: 30 },
  { name: "1h", label: "1h", title: "1 hour", seconds: 3600, days: 90 },
  { name: "4h", label: "4h", title: "4 hours", seconds: 14400, days: 300 },
  { name: "1d", label: "1D", title: "1 day", days: 730 },
  { name: "1w", label: "1W", title: "1 week", days: 1825 },
  { name: "1mo", label: "1M", title: "1 month", days: 3650 },
];

export function timeframe(name) {
  return TIMEFRAMES.find((each) => each.name === name) ?? TIMEFRAMES[1];
}

/** The answer of the bars route; throws an Error whose message is a sentence for the member. */
export async function fetchBars({ symbol, frame, start, end, extended }) {
  const query = new URLSearchParams({ timeframe: frame.name, extended: String(extended), start: iso(start) });
  if (end) query.set("end", iso(end));
  // A pair keeps its slash: the route takes the rest of the path as the symbol.
  const path = symbol.split("/").map(encodeURIComponent).join("/");
  let response;
  try {
    response = await fetch(`/api/v1/bars/${path}?${query}`);
  } catch {
    throw new Error("The bars could not be reached. Your connection or the server is down.");
  }
  if (!response.ok) throw new Error(await sentence(response));
  return response.json();
}

async function sentence(response) {
  if (response.status === 401) return "You are signed out. Reload the page to sign in again.";
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? problem.title ?? `The bars could not be loaded (${response.status}).`;
}

function iso(seconds) {
  return new Date(seconds * 1000).toISOString();
}

/** Where a bar stands on the chart's axis, which counts wall-clock time of the symbol's zone. */
export function axisTime(seconds, frame, zone) {
  const wall = seconds + offsetAt(seconds, zone);
  return frame.seconds ? wall : Math.floor(wall / DAY) * DAY;
}

const offsets = new Map();

function offsetAt(seconds, zone) {
  const key = `${zone}${Math.floor(seconds / 3600)}`;
  if (!offsets.has(key)) offsets.set(key, zoneOffset(seconds, zone));
  return offsets.get(key);
}

/**
 * What `tick` does to the last bar: `{bar, isNew}`, "reload" when it belongs to a bar whose start
 * only the server knows, or null when this chart does not show it.
 * `seen` keeps the minutes that ticks told, and the volume already counted of the forming one.
 */
export function advance(last, tick, { frame, extended, zone, seen }) {
  if (tick.phase === "closed" || (!extended && tick.phase !== "regular")) return null;
  if (!last) return "reload";
  if (tick.time < last.time - HOUR) return "reload"; // a replayed session began again
  if (tick.time < last.time) return null;
  const added = addedVolume(tick, seen);
  if (belongs(last.time, tick.time, frame, zone)) {
    return { bar: merged(last, tick, added), isNew: false };
  }
  if (!frame.seconds || tick.time >= last.time + 2 * frame.seconds) return "reload";
  return { bar: opened(last.time + frame.seconds, tick, frame), isNew: true };
}

function belongs(start, time, frame, zone) {
  if (frame.seconds) return time < start + frame.seconds;
  const [from, to] = [start, time].map((each) => axisTime(each, frame, zone) / DAY);
  if (frame.name === "1d") return from === to;
  if (frame.name === "1w") return Math.floor((from + 3) / 7) === Math.floor((to + 3) / 7);
  return new Date(from * DAY * 1000).getUTCMonth() === new Date(to * DAY * 1000).getUTCMonth();
}

/** `bar` with a tick inside of it; ticks are conflated, so its minute may reach further than its price. */
function merged(bar, { price, bar: minute }, added) {
  const isInside = minute && minute.time >= bar.time;
  return {
    ...bar,
    high: Math.max(bar.high, price, isInside ? minute.high : price),
    low: Math.min(bar.low, price, isInside ? minute.low : price),
    close: price,
    volume: bar.volume + added,
  };
}

/**
 * What minutes that ended, `tick.finished`, make of `bars`: `{bars, changed, isLonger, repairFrom}`.
 * `changed` are the bars that are otherwise now, `isLonger` says that some were put in between, and
 * `repairFrom` is the time from which bars must be asked for again, null if none must: of a minute
 * that no tick told, or that ended narrower than it had looked, only the server knows what the longer
 * bar is.
 */
export function corrected(bars, tick, { frame, extended, zone, seen }) {
  const found = { bars: [...bars], changed: [], isLonger: false, repairFrom: null };
  const isShown = tick.phase !== "closed" && (extended || tick.phase === "regular");
  for (const ended of tick.finished ?? []) {
    const at = found.bars.findLastIndex(({ time }) => time <= ended.time);
    const holder = at >= 0 && belongs(found.bars[at].time, ended.time, frame, zone) ? found.bars[at] : null;
    const known = seen.minutes?.get(ended.time);
    if (frame.name === "1m") {
      if (holder) replaceAt(found, at, { ...holder, ...ended });
      else if (at >= 0 && isShown) insertAt(found, at + 1, ended);
    } else if (holder && known && !mayNarrow(holder, known, ended)) {
      replaceAt(found, at, widened(holder, known, ended, frame));
    } else if (holder || (at >= 0 && isShown)) {
      found.repairFrom = Math.min(found.repairFrom ?? Infinity, found.bars[at].time);
    }
    if (known) seen.minutes.set(ended.time, ended);
  }
  return found;
}

function replaceAt(found, at, bar) {
  found.bars[at] = bar;
  found.changed.push(bar);
}

function insertAt(found, at, bar) {
  found.bars.splice(at, 0, { ...bar });
  found.isLonger = true;
}

/** Whether the bar's high or low was that of a minute which ended without it. */
function mayNarrow(bar, known, ended) {
  const isLower = ended.high < known.high && bar.high === known.high;
  return isLower || (ended.low > known.low && bar.low === known.low);
}

function widened(bar, known, ended, frame) {
  const isItsEnd = ended.time + 60 === bar.time + frame.seconds;
  return {
    ...bar,
    high: Math.max(bar.high, ended.high),
    low: Math.min(bar.low, ended.low),
    close: isItsEnd ? ended.close : bar.close,
    volume: Math.max(0, bar.volume + ended.volume - known.volume),
  };
}

function opened(time, tick, frame) {
  if (frame.name === "1m") return { ...tick.bar, time, close: tick.price };
  const { price } = tick;
  return { time, open: price, high: price, low: price, close: price, volume: 0 };
}

/** Volume of the forming minute that was not counted before; the first tick only sets the mark. */
function addedVolume(tick, seen) {
  const volume = tick.bar?.volume ?? 0;
  const isFirst = seen.minute === undefined;
  const before = seen.minute === tick.bar?.time ? seen.volume : 0;
  if (tick.bar) remember(tick.bar, seen);
  seen.minute = tick.bar?.time;
  seen.volume = volume;
  return isFirst ? 0 : Math.max(0, volume - before);
}

function remember(minute, seen) {
  seen.minutes ??= new Map();
  seen.minutes.set(minute.time, minute);
  if (seen.minutes.size > MINUTES_KEPT) seen.minutes.delete(seen.minutes.keys().next().value);
}

/**
 * VWAP of each session and the standard deviation of price around it, `{axis, session, vwap, sigma}`
 * a bar, null outside of regular hours. Weighs each bar's typical price by its volume, from the open on, as
 * charts do; the level's own price comes from the minutes, whatever the bars are.
 */
export function vwapCurves(bars, sessions) {
  let session = -1;
  let [volume, money, squares] = [0, 0, 0];
  return bars.map((bar) => {
    const at = sessions.findIndex(({ open, close }) => open <= bar.time && bar.time < close);
    if (at < 0) return { axis: bar.axis, vwap: null, sigma: null };
    if (at !== session) [session, volume, money, squares] = [at, 0, 0, 0];
    const typical = (bar.high + bar.low + bar.close) / 3;
    volume += bar.volume;
    money += typical * bar.volume;
    squares += typical * typical * bar.volume;
    if (!volume) return { axis: bar.axis, vwap: null, sigma: null };
    const vwap = money / volume;
    return { axis: bar.axis, session, vwap, sigma: Math.sqrt(Math.max(0, squares / volume - vwap * vwap)) };
  });
}

/**
 * The points of a line `sigmas` deviations from VWAP. A point's colour is that of the way to the next
 * one: the last of each session has none, so that nothing is drawn over the night.
 */
export function vwapLine(points, sigmas) {
  const drawn = points.filter(({ vwap }) => vwap !== null);
  return drawn.map(({ axis, session, vwap, sigma }, index) => {
    const next = drawn[index + 1];
    const point = { time: axis, value: vwap + sigmas * sigma };
    return next && next.session !== session ? { ...point, color: "transparent" } : point;
  });
}

/**
 * A moving average from `GET /api/v1/averages/{symbol}`, which has the bars before the chart that it
 * needs: `[{time, value}]`, each value holding from its time on. Empty where there is none.
 */
export async function fetchAverage({ symbol, name, frame, start, end, extended }) {
  const query = new URLSearchParams({ name, timeframe: frame.name, extended: String(extended), start: iso(start) });
  if (end) query.set("as_of", iso(end));
  const path = symbol.split("/").map(encodeURIComponent).join("/");
  const response = await fetch(`/api/v1/averages/${path}?${query}`).catch(() => null);
  return response?.ok ? (await response.json()).points : [];
}

/** The value that holds at each bar, for a line over `bars`; nothing before the first. */
export function heldAt(bars, points) {
  let next = 0;
  const line = [];
  for (const { time, axis } of bars) {
    while (next < points.length && points[next].time <= time) next += 1;
    if (next > 0) line.push({ time: axis, value: points[next - 1].value });
  }
  return line;
}

const ZOOM_DAYS = { today: 5, week: 7, month: 31, quarter: 92, half: 184, ytd: 366, year: 366, all: 36_500 };

/** Calendar days that must be loaded for a chart of these bars, which opens with `zoom`. */
export function daysFor(frame, zoom) {
  return Math.max(frame.days, ZOOM_DAYS[zoom] ?? 0);
}

/** The first bar that a zoom shows: 0 for all of them. */
export function zoomedFrom(bars, zoom, now) {
  const last = bars.at(-1);
  if (zoom === "all") return 0;
  if (zoom === "today") return sameFrom(bars, ({ axis }) => Math.floor(axis / DAY));
  if (zoom === "ytd") return sameFrom(bars, ({ axis }) => new Date(axis * 1000).getUTCFullYear());
  const first = bars.findIndex(({ time }) => time >= Math.min(now, last.time) - ZOOM_DAYS[zoom] * DAY);
  return Math.max(0, first);
}

/** The first bar that has what the last one has by `of`. */
function sameFrom(bars, of) {
  const wanted = of(bars.at(-1));
  return bars.findIndex((bar) => of(bar) === wanted);
}
