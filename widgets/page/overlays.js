/**
 * Lines over the candles that come from elsewhere: moving averages, compared symbols, VWAP.
 *
 * Decided: each keeps its series while the card still wants it, so that a chart changes in place;
 * and none may flatten the candles, whose range says how far the scale is stretched for a line.
 */

import { advance, axisTime, fetchAverage, fetchBars, heldAt, vwapCurves, vwapLine } from "./bars.js";
import * as live from "./live.js";

const STRETCH = 0.5;
const VWAP_LINES = [0, 1, -1];
const QUIET = { priceLineVisible: false, crosshairMarkerVisible: false };

/** What a line adds to the scale: nothing beyond half the range of the bars that are `seen`. */
export function near(info, seen) {
  if (!info?.priceRange || !seen) return info;
  const room = (seen.high - seen.low) * STRETCH;
  const { minValue, maxValue } = info.priceRange;
  if (minValue > seen.high + room || maxValue < seen.low - room) return null;
  const priceRange = { minValue: Math.max(minValue, seen.low - room), maxValue: Math.min(maxValue, seen.high + room) };
  return { ...info, priceRange };
}

/** `lines` made to hold exactly `keys`: what stays is kept, the rest made by `make` or taken away. */
function reconciled(lines, keys, make, remove) {
  for (const line of lines) if (!keys.includes(line.key)) remove(line);
  return keys.map((key) => lines.find((line) => line.key === key) ?? make(key));
}

/** Moving averages, by name: `sma50`, `ema50@1w`. */
export class Averages {
  #chart;
  #kind;
  #options;
  #lines = [];

  constructor(chart, kind, priceFormat, seen) {
    this.#chart = chart;
    this.#kind = kind;
    this.#options = {
      ...QUIET, lineWidth: 1, lastValueVisible: false, priceFormat,
      autoscaleInfoProvider: (original) => near(original(), seen()),
    };
  }

  want(names) {
    const make = (key) => ({ key, points: [], series: this.#chart.addSeries(this.#kind, this.#options) });
    this.#lines = reconciled(this.#lines, names, make, ({ series }) => this.#chart.removeSeries(series));
  }

  clear() {
    for (const line of this.#lines) line.points = [];
  }

  /** Fetches them from `asked.start` on; what was known before that stays. */
  async load(asked) {
    await Promise.all(this.#lines.map(async (line) => {
      const fresh = await fetchAverage({ ...asked, name: line.key });
      if (fresh.length) line.points = [...line.points.filter(({ time }) => time < fresh[0].time), ...fresh];
    }));
  }

  /** `styleOf(name, index)` are the options of a line. */
  paint(bars, styleOf) {
    this.#lines.forEach(({ key, points, series }, index) => {
      series.applyOptions(styleOf(key, index));
      series.setData(heldAt(bars, points));
    });
  }

  /** The last value of each: `{name, value, index}`. */
  get last() {
    return this.#lines.flatMap(({ key, points }, index) => (
      points.length ? [{ name: key, value: points.at(-1).value, index }] : []
    ));
  }
}

/** Other symbols beside the chart's own, as lines of their closes. */
export class Beside {
  #chart;
  #kind;
  #on;
  #lines = [];
  #asked = null;

  /** `isLive` ones follow the market; `onGap` hears that the server must be asked again. */
  constructor(chart, kind, { isLive, onGap }) {
    this.#chart = chart;
    this.#kind = kind;
    this.#on = { isLive, onGap };
  }

  get symbols() {
    return this.#lines.map(({ key }) => key);
  }

  want(symbols) {
    this.#lines = reconciled(this.#lines, symbols, (key) => this.#make(key), (line) => {
      line.stop();
      this.#chart.removeSeries(line.series);
    });
  }

  clear() {
    this.#asked = null;
    for (const line of this.#lines) line.bars = [];
  }

  dispose() {
    for (const { stop } of this.#lines) stop();
  }

  /** `asked` as for the chart's own bars, with the `zone` of its axis. */
  async load({ zone, ...asked }) {
    await Promise.all(this.#lines.map(async (line) => {
      const answer = await fetchBars({ ...asked, symbol: line.key }).catch(() => null);
      if (answer) [line.bars, line.seen] = [answer.bars, {}];
    }));
    this.#asked = { zone, ...asked };
  }

  paint(styleOf) {
    this.#lines.forEach(({ key, bars, series }, index) => {
      series.applyOptions(styleOf(key, index));
      series.setData(this.#asked ? bars.map((bar) => this.#point(bar)) : []);
    });
  }

  #make(key) {
    const series = this.#chart.addSeries(this.#kind, { ...QUIET, lineWidth: 2, title: key });
    const line = { key, bars: [], seen: {}, series, stop: () => {} };
    if (this.#on.isLive) line.stop = live.subscribe(key, (tick) => this.#follow(line, tick));
    return line;
  }

  #follow(line, tick) {
    if (!this.#asked || line.bars.length === 0) return;
    const step = advance(line.bars.at(-1), tick, { ...this.#asked, seen: line.seen });
    if (step === "reload") return this.#on.onGap();
    if (!step) return;
    if (step.isNew) line.bars.push(step.bar);
    else line.bars[line.bars.length - 1] = step.bar;
    line.series.update(this.#point(step.bar));
  }

  #point({ time, close }) {
    return { time: axisTime(time, this.#asked.frame, this.#asked.zone), value: close };
  }
}

/** VWAP and its bands as curves, each session by itself. */
export class VwapBand {
  #lines;

  constructor(chart, kind, priceFormat) {
    const options = { ...QUIET, lastValueVisible: false, priceFormat, autoscaleInfoProvider: () => null };
    this.#lines = VWAP_LINES.map((sigmas) => ({
      sigmas,
      series: chart.addSeries(kind, { ...options, lineWidth: sigmas ? 1 : 2, lineStyle: sigmas ? 2 : 0 }),
    }));
  }

  show(bars, sessions, colour) {
    const points = vwapCurves(bars, sessions);
    for (const { sigmas, series } of this.#lines) {
      series.applyOptions({ color: colour, visible: points.length > 0 });
      series.setData(vwapLine(points, sigmas));
    }
  }

  /** Its points go too: they would stay on the axis, between bars of another timeframe. */
  hide() {
    for (const { series } of this.#lines) series.setData([]);
  }

  /** The last bar changed: only its own point is drawn again. */
  follow(bars, sessions) {
    const last = bars.at(-1);
    const session = sessions.find(({ open, close }) => open <= last.time && last.time < close);
    if (!session) return;
    const points = vwapCurves(bars.slice(bars.findIndex(({ time }) => time >= session.open)), [session]);
    if (points.at(-1)?.vwap === null) return;
    for (const { sigmas, series } of this.#lines) series.update(vwapLine(points, sigmas).at(-1));
  }
}
