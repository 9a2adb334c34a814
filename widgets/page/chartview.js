/** One chart: its frame, its bars, its lines, and how it follows the market. */

import { TIMEFRAMES, advance, axisTime, fetchAverage, fetchBars, heldAt, timeframe, vwapCurves, zoomedFrom } from "./bars.js";
import { ChartFrame } from "./chartframe.js";
import { LevelLines, NARROW_PX, SessionShade, extendedRuns, together } from "./drawings.js";
import * as format from "./format.js";
import { isOfTheDay, tone } from "./ladder.js";
import * as live from "./live.js";
import { VolumeRows, fetchProfile, profileTitle } from "./profile.js";
import { savePng } from "./snapshot.js";
import { colours, onThemeChange } from "./theme.js";

const FEW_LINES = 6;
const VWAP_LINES = [0, 1, -1];
const BESIDE_COLOURS = ["vwap", "average", "violet", "text"];
const AVERAGE_COLOURS = ["average", "violet", "text"];
const PICTURE_VERSION = 1;
const RELOAD_PAUSE_MS = 30_000;
const EARLIER_WITHIN_BARS = 10;
const PROFILE_REST_MS = 300;
const HIDEABLE = ["vwap", "profile"];
const BAR_PX = 7;
const LABELS_PX = { narrow: 64, wide: 150 };
const LINE_MODES = ["few", "all", "none"];

export class ChartView {
  #card;
  #loadLibrary;
  #frame;
  #chart = null;
  #candles = null;
  #volume = null;
  #averages = [];
  #lines = new LevelLines();
  #shade = new SessionShade();
  #rows = new VolumeRows();
  #profile = null;
  #profileTimer = 0;
  #bars = [];
  #sessions = [];
  #seen = {};
  #ticket = 0;
  #reloadedAt = 0;
  #isComplete = false;
  #stops = [];
  #lineMode = "few";
  #levels = null;
  #vwap = [];
  #beside = [];
  #removed = new Set();
  #scaleModes = null;

  constructor(card, loadLibrary) {
    this.#loadLibrary = loadLibrary;
    this.#frame = new ChartFrame(TIMEFRAMES, {
      onTimeframe: (name) => this.#choose({ timeframe: name }),
      onExtended: () => this.#choose({ extended: !this.extended }),
      onLines: () => this.#nextLineMode(),
      onPng: () => this.#savePng(),
      onRetry: () => this.#load(),
    });
    this.#take(card);
    this.#stops.push(onThemeChange(() => this.#paint()));
    if (!card.as_of && !card.freshness.is_frozen) {
      this.#stops.push(live.subscribe(card.symbol, (tick) => this.#onTick(tick)));
      this.#stops.push(live.subscribeLevels(card.symbol, (message) => this.#onLevels(message)));
      const timer = setInterval(() => this.#showCountdown(), 1000);
      this.#stops.push(() => clearInterval(timer));
    }
    this.#load();
  }

  get node() {
    return this.#frame.node;
  }

  /** Takes over what the coach changed; what the member chose meanwhile stays otherwise. */
  update(card) {
    if (JSON.stringify(card) === JSON.stringify(this.#card)) return;
    this.#take(card);
    this.#load();
  }

  dispose() {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#profileTimer);
    this.#chart?.remove();
    this.node.remove();
  }

  #take(card) {
    this.#card = card;
    this.zone = format.zoneOf(card.symbol);
    this.extended = card.extended;
    this.timeframe = timeframe(this.#remembered() ?? card.timeframe);
    this.#frame.describe(card);
  }

  #remembered() {
    const [asked, chosen] = (sessionStorage.getItem(`coach.chart.${this.#card.card_id}`) ?? "").split(">");
    return asked === this.#card.timeframe ? chosen : null;
  }

  #choose({ timeframe: name = this.timeframe.name, extended = this.extended }) {
    this.timeframe = timeframe(name);
    this.extended = extended;
    sessionStorage.setItem(`coach.chart.${this.#card.card_id}`, `${this.#card.timeframe}>${name}`);
    this.#load();
  }

  async #load({ isQuiet = false } = {}) {
    const ticket = ++this.#ticket;
    this.#frame.choose(this.timeframe, this.extended, this.zone);
    if (!isQuiet) this.#frame.loading();
    try {
      const [library, answer] = await Promise.all([this.#loadLibrary(), this.#fetch(this.#end())]);
      if (ticket !== this.#ticket) return;
      this.#show(library, answer, isQuiet);
      await this.#loadOthers(ticket);
    } catch (error) {
      if (ticket === this.#ticket && !isQuiet) this.#frame.failed(error.message);
    }
  }

  #fetch(end, days = this.timeframe.days) {
    const { symbol } = this.#card;
    const isLive = end === null;
    const until = end ?? live.now() ?? Date.parse(this.#card.freshness.as_of) / 1000;
    const start = until - days * 86400;
    return fetchBars({ symbol, frame: this.timeframe, start, end: isLive ? null : until, extended: this.extended });
  }

  #end() {
    const { as_of, freshness } = this.#card;
    if (as_of) return Date.parse(as_of) / 1000;
    return freshness.is_frozen ? Date.parse(freshness.as_of) / 1000 : null;
  }

  #show(library, answer, isQuiet) {
    if (!this.#chart) this.#build(library);
    this.#isComplete = false;
    this.#seen = {};
    if (!isQuiet) {
      for (const each of this.#averages) each.points = [];
      for (const each of this.#beside) each.bars = [];
    }
    this.#setBars(answer.bars, answer.sessions ?? []);
    if (this.#bars.length === 0) return this.#frame.empty(`No ${this.timeframe.title} bars of ${this.#card.symbol} in this range.`);
    if (!isQuiet) this.#view();
    this.#candles.priceScale().applyOptions({ autoScale: true });
    this.#frame.ready();
    const tick = live.lastTick(this.#card.symbol);
    if (tick && this.#end() === null) this.#onTick(tick);
  }

  /** Averages and compared symbols, which come after the bars they stand beside. */
  async #loadOthers(ticket) {
    const [start, end] = [this.#bars[0]?.time, this.#end()];
    if (start === undefined) return;
    const asked = { frame: this.timeframe, start, end, extended: this.extended };
    const averages = this.#averages.map(async (each) => {
      each.points = await fetchAverage({ symbol: this.#card.symbol, name: each.name, ...asked });
    });
    const beside = this.#beside.map(async (each) => {
      const answer = await fetchBars({ symbol: each.symbol, ...asked }).catch(() => ({ bars: [] }));
      each.bars = answer.bars;
    });
    await Promise.all([...averages, ...beside, this.#loadProfile(ticket)]);
    if (ticket !== this.#ticket || !this.#chart) return;
    this.#paintOthers(colours());
    if (this.#beside.length) this.#view();
  }

  /** Volume by price of the card's window, or of the bars in view. */
  async #loadProfile(ticket = this.#ticket) {
    const { symbol, profile } = this.#card;
    if (!profile || this.#removed.has("profile")) return;
    const asked = profile === "visible" ? this.#inView() : { window: profile };
    const found = asked && await fetchProfile({ symbol, asOf: this.#end(), ...asked });
    if (ticket !== this.#ticket || !this.#chart) return;
    this.#profile = found;
    this.#drawProfile(colours());
  }

  #inView() {
    const range = this.#chart?.timeScale().getVisibleLogicalRange();
    const last = this.#bars.length - 1;
    const [first, final] = [Math.max(0, Math.round(range?.from ?? 0)), Math.min(last, Math.round(range?.to ?? last))];
    if (first > final) return null;
    const end = final < last ? this.#bars[final].time + 1 : null;
    return { frame: this.timeframe, start: this.#bars[first].time, end, extended: this.extended };
  }

  /** Once scrolling rests. */
  #profileSoon() {
    clearTimeout(this.#profileTimer);
    this.#profileTimer = setTimeout(() => this.#loadProfile(), PROFILE_REST_MS);
  }

  #drawProfile(look) {
    const shown = this.#removed.has("profile") ? null : this.#profile;
    this.#rows.show(shown, { rest: look["volume-row"], value: look["value-row"], control: look["control-row"] });
    this.#drawLines(look);
    this.#frame.drawn(this.#drawn(look));
  }

  #paintOthers(look) {
    this.#averages.forEach(({ name, points, series }, index) => {
      const lineStyle = isDashed(index) ? 2 : 0;
      series.applyOptions({ color: look[averageColour(index)], lineStyle, visible: !this.#removed.has(name) });
      series.setData(heldAt(this.#bars, points));
    });
    this.#beside.forEach(({ symbol, bars, series }, index) => {
      series.applyOptions({ color: look[BESIDE_COLOURS[index]], visible: !this.#removed.has(symbol) });
      series.setData(bars.map(({ time, close }) => ({ time: axisTime(time, this.timeframe, this.zone), value: close })));
    });
  }

  #view() {
    const { zoom } = this.#card;
    const scale = this.#chart.timeScale();
    const isFitting = zoom === "all" || (zoom === "today" && !this.timeframe.seconds);
    if (isFitting) return scale.fitContent();
    if (!zoom) return scale.setVisibleLogicalRange(this.#firstView());
    const first = zoomedFrom(this.#bars, zoom, live.now() ?? this.#bars.at(-1).time);
    const from = this.#card.compare.length ? first - 1 : first; // percent counts from the close before
    scale.setVisibleLogicalRange({ from: Math.max(0, from), to: this.#bars.length + this.#labelRoom() });
  }

  #firstView() {
    const count = this.#bars.length;
    const shown = Math.max(30, Math.round((this.node.clientWidth - LABELS_PX.wide) / BAR_PX));
    return { from: count - Math.min(count + 2, shown), to: count + this.#labelRoom() };
  }

  /** Bars' worth of free room at the right, so that labels do not cover the last candles. */
  #labelRoom() {
    if (!this.#card.lines.length || this.#lineMode === "none") return 4;
    const isNarrow = this.node.clientWidth < NARROW_PX + LABELS_PX.narrow;
    return Math.ceil((isNarrow ? LABELS_PX.narrow : LABELS_PX.wide) / BAR_PX);
  }

  #setBars(bars, sessions) {
    const { timeframe: frame, zone } = this;
    this.#sessions = sessions;
    this.#bars = bars.map((bar) => ({ ...bar, axis: axisTime(bar.time, frame, zone) }));
    this.#paint();
  }

  #build(library) {
    const { decimals } = this.#card;
    this.#chart = library.createChart(this.#frame.canvas, { autoSize: true });
    const priceFormat = { type: "price", precision: decimals, minMove: 10 ** -decimals };
    this.#candles = this.#chart.addSeries(library.CandlestickSeries, { priceFormat });
    this.#volume = this.#chart.addSeries(library.HistogramSeries, {
      priceFormat: { type: "volume" }, priceScaleId: "", lastValueVisible: false, priceLineVisible: false,
    });
    this.#beside = this.#card.compare.map((symbol) => ({
      symbol,
      bars: [],
      series: this.#chart.addSeries(library.LineSeries, {
        lineWidth: 2, priceLineVisible: false, title: symbol, crosshairMarkerVisible: false,
      }),
    }));
    this.#scaleModes = library.PriceScaleMode;
    this.#averages = this.#card.averages.map((name) => ({
      name,
      points: [],
      series: this.#chart.addSeries(library.LineSeries, {
        lineWidth: 1, lastValueVisible: false, priceLineVisible: false, crosshairMarkerVisible: false, priceFormat,
      }),
    }));
    this.#vwap = VWAP_LINES.map((sigmas) => ({
      sigmas,
      series: this.#chart.addSeries(library.LineSeries, {
        lineWidth: sigmas ? 1 : 2, lineStyle: sigmas ? 2 : 0, lastValueVisible: false,
        priceLineVisible: false, crosshairMarkerVisible: false, priceFormat,
        autoscaleInfoProvider: () => null,
      }),
    }));
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#candles.attachPrimitive(this.#shade);
    this.#candles.attachPrimitive(this.#rows);
    this.#candles.attachPrimitive(this.#lines);
    this.#chart.subscribeCrosshairMove(({ time }) => this.#showLegend(time));
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => this.#onScroll(range));
  }

  #paint() {
    if (!this.#chart) return;
    const look = colours();
    this.#chart.applyOptions(options(look, this.timeframe, this.node, this.#card.decimals));
    this.#candles.applyOptions({
      upColor: look.up, downColor: look.down, wickUpColor: look.up, wickDownColor: look.down,
      borderVisible: false,
    });
    const hasVolume = this.#bars.some((bar) => bar.volume > 0);
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: hasVolume ? 0.22 : 0.08 } });
    this.#volume.applyOptions({ visible: hasVolume });
    this.#frame.offerExtended(hasVolume && this.zone !== "UTC");
    this.#candles.setData(this.#bars.map((bar) => ({ ...bar, time: bar.axis })));
    this.#volume.setData(this.#bars.map((bar) => volumeBar(bar, look)));
    const { Percentage, Normal } = this.#scaleModes;
    this.#chart.priceScale("right").applyOptions({ mode: this.#compared().length ? Percentage : Normal });
    this.#paintOthers(look);
    this.#drawVwap(look);
    this.#drawProfile(look);
    const isShaded = this.extended && this.timeframe.seconds && this.#sessions.length > 0;
    this.#shade.show(isShaded ? extendedRuns(this.#bars, this.#sessions) : [], look.shade);
    this.#showLegend();
  }

  /** What the coach drew, as the frame lists it to be removed; levels have a button of their own. */
  #drawn(look) {
    const { averages, compare, marks } = this.#card;
    const items = [
      ...compare.map((symbol, index) => ({ key: symbol, label: symbol, colour: look[BESIDE_COLOURS[index]] })),
      ...averages.map((name, index) => ({
        key: name, label: spoken(name), colour: look[averageColour(index)], isDashed: isDashed(index),
      })),
      ...(this.#hasVwap() ? [{ key: "vwap", label: "VWAP ±1σ", colour: look.vwap }] : []),
      ...(this.#profile ? [{ key: "profile", label: profileTitle(this.#card.profile), colour: look.violet }] : []),
      ...marks.map(({ text }) => ({ key: text, label: text, colour: look.text })),
    ];
    return items
      .filter(({ key }) => !this.#removed.has(key))
      .map(({ key, ...item }) => ({ ...item, onRemove: () => this.#remove(key) }));
  }

  #remove(key) {
    this.#removed.add(key);
    this.#paint();
  }

  #compared() {
    return this.#card.compare.filter((symbol) => !this.#removed.has(symbol));
  }

  #hasVwap() {
    return this.#card.lines.some(({ kind }) => kind === "vwap") && this.timeframe.seconds <= 900;
  }

  #drawLines(look) {
    const last = this.#bars.at(-1)?.close;
    const lines = this.#placed().filter(({ kind }) => !HIDEABLE.includes(kind) || !this.#removed.has(kind));
    const byDistance = [...lines].sort((one, other) => Math.abs(one.price - last) - Math.abs(other.price - last));
    const chosen = byDistance.slice(0, { few: FEW_LINES, all: lines.length, none: 0 }[this.#lineMode]);
    const marks = this.#marks().map(({ text, value }) => ({ name: "mark", price: Number(value), text, kind: "mark" }));
    const isPinned = this.#profile && this.#lineMode !== "none";
    const pinned = isPinned ? lines.filter((line) => line.kind === "profile" && !chosen.includes(line)) : [];
    const shown = [...marks, ...pinned, ...chosen];
    const near = this.#span() ?? 0;
    this.#lines.show(
      together(shown.map(({ name, price, text, kind }) => ({
        name, kind, price, text, colour: look[tone(kind, price > last ? "above" : price < last ? "below" : "at")],
        away: format.number(price - last, this.#card.decimals, { signed: true }),
        isNear: Math.abs(price - last) <= near,
      }))),
      { surface: look.surface, font: `11px ${getComputedStyle(this.node).fontFamily}` },
    );
    const moment = this.#levels ? this.#levels.as_of * 1000 : Date.parse(this.#card.freshness.as_of);
    this.#frame.lines(chosen.length + pinned.length, lines.length, `Levels as of ${format.dayAndTime(moment, this.zone)}`);
  }

  #marks() {
    return this.#card.marks.filter(({ text }) => !this.#removed.has(text));
  }

  /** The card's lines where they are now: VWAP and what the day makes move with it. */
  #placed() {
    const { lines, profile, decimals } = this.#card;
    const placed = lines.map(({ name, price, kind }) => {
      const isLive = kind !== "pivot" && isOfTheDay(kind, profile);
      const now = isLive ? this.#levels?.levels[name] : null;
      const text = now ? format.number(now.price, decimals) : price.text;
      return { name, kind, price: now?.price ?? Number(price.value), text };
    });
    if (!this.#profile) return placed;
    const { poc, vah, val } = this.#profile;
    const drawn = Object.entries({ POC: poc, VAH: vah, VAL: val });
    return [
      ...placed.filter(({ kind }) => kind !== "profile"),
      ...drawn.map(([name, price]) => ({ name, kind: "profile", price, text: format.number(price, decimals) })),
    ];
  }

  #onLevels(message) {
    this.#levels = message;
    if (this.#chart && this.#bars.length) this.#drawLines(colours());
  }

  /** VWAP and its bands as curves, where the card asks for VWAP and the bars are fine enough. */
  #drawVwap(look) {
    const isDrawn = this.#hasVwap() && !this.#removed.has("vwap");
    const points = isDrawn ? vwapCurves(this.#bars, this.#sessions) : [];
    for (const { sigmas, series } of this.#vwap) {
      series.applyOptions({ color: look.vwap, visible: points.length > 0 });
      series.setData(points.map(({ axis, vwap, sigma, isFirst }) => (
        vwap === null || isFirst ? { time: axis } : { time: axis, value: vwap + sigmas * sigma }
      )));
    }
  }

  #span() {
    const seen = this.#bars.slice(-80);
    return Math.max(...seen.map((bar) => bar.high)) - Math.min(...seen.map((bar) => bar.low));
  }

  #nextLineMode() {
    const modes = this.#card.lines.length > FEW_LINES ? LINE_MODES : ["few", "none"];
    this.#lineMode = modes[(modes.indexOf(this.#lineMode) + 1) % modes.length];
    this.#drawLines(colours());
  }

  #onTick(tick) {
    if (!this.#chart || this.#bars.length === 0) return;
    this.#correct(tick.finished ?? []);
    const step = advance(this.#bars.at(-1), tick, {
      frame: this.timeframe, extended: this.extended, zone: this.zone, seen: this.#seen,
    });
    if (step === "reload") return this.#reloadSoon();
    if (!step) return;
    const bar = { ...step.bar, axis: axisTime(step.bar.time, this.timeframe, this.zone) };
    if (step.isNew) this.#bars.push(bar);
    else this.#bars[this.#bars.length - 1] = bar;
    const look = colours();
    this.#candles.update({ ...bar, time: bar.axis });
    this.#volume.update(volumeBar(bar, look));
    if (step.isNew) {
      this.#drawVwap(look);
      this.#profileSoon();
    }
    this.#drawLines(look);
    this.#showLegend();
  }

  /** Minutes that ended otherwise than they had looked: the provider's word is final. */
  #correct(finished) {
    if (this.timeframe.name !== "1m") return;
    for (const ended of finished) {
      const at = this.#bars.findIndex(({ time }) => time === ended.time);
      if (at < 0) continue;
      const bar = { ...ended, axis: this.#bars[at].axis };
      this.#bars[at] = bar;
      const isOld = at < this.#bars.length - 1;
      this.#candles.update({ ...bar, time: bar.axis }, isOld);
      this.#volume.update(volumeBar(bar, colours()), isOld);
    }
  }

  #reloadSoon() {
    if (Date.now() - this.#reloadedAt < RELOAD_PAUSE_MS) return;
    this.#reloadedAt = Date.now();
    this.#load({ isQuiet: true });
  }

  async #onScroll(range) {
    if (this.#card.profile === "visible") this.#profileSoon();
    if (!range || range.from > EARLIER_WITHIN_BARS || this.#isComplete || this.#bars.length === 0) return;
    this.#isComplete = true;
    const ticket = this.#ticket;
    const first = this.#bars[0].time;
    const answer = await this.#fetch(first).catch(() => null);
    if (!answer || ticket !== this.#ticket) return;
    const earlier = answer.bars.filter((bar) => bar.time < first);
    this.#setBars([...earlier, ...this.#bars], [...(answer.sessions ?? []), ...this.#sessions]);
    this.#isComplete = earlier.length === 0;
  }

  #showLegend(axis) {
    const bar = (axis !== undefined && this.#bars.find((each) => each.axis === axis)) || this.#bars.at(-1);
    if (!bar) return;
    const before = this.#bars[this.#bars.indexOf(bar) - 1];
    this.#frame.legend(bar, before, this.#card.decimals);
  }

  #showCountdown() {
    const [last, now] = [this.#bars.at(-1), live.now()];
    const left = last && now && this.timeframe.seconds ? last.time + this.timeframe.seconds - now : -1;
    this.#frame.countdown(left >= 0 ? `closes in ${format.countdown(left)}` : "");
  }

  #savePng() {
    const { symbol, name, freshness } = this.#card;
    const bar = this.#bars.at(-1);
    if (!this.#chart || !bar) return;
    const at = format.dayAndTime(Math.max(bar.time * 1000, Date.parse(freshness.as_of)), this.zone);
    const isUnsaid = freshness.is_simulated && !/simulated/i.test(freshness.provider);
    const late = freshness.delay_minutes && `delayed ${freshness.delay_minutes} min`;
    const remark = [at, freshness.provider, isUnsaid && "simulated", late].filter(Boolean).join(" · ");
    const look = { ...colours(), family: getComputedStyle(this.node).fontFamily };
    const file = `${symbol.replace("/", "-")}-${this.timeframe.name}.png`;
    const caption = `${symbol} · ${name} · ${this.timeframe.title}`;
    savePng(this.#chart, { name: file, caption, remark, state: this.#state(), look });
  }

  /** What the picture says of itself, so that it can become this chart again; see `SavedChart`. */
  #state() {
    const { symbol, averages, hide, profile, zoom, as_of, lines, freshness } = this.#card;
    const compare = this.#compared();
    const seen = Math.max(this.#bars.at(-1).time * 1000, Date.parse(freshness.as_of));
    return {
      version: PICTURE_VERSION,
      chart: {
        symbol, timeframe: this.timeframe.name, extended: this.extended, compare,
        hide: [...new Set([...hide, ...HIDEABLE.filter((family) => this.#removed.has(family))])],
        profile: profile && !this.#removed.has("profile") ? profile : null,
        levels: lines.length > 0 && this.#lineMode !== "none",
        averages: averages.filter((name) => !this.#removed.has(name)),
        marks: this.#marks().map(({ value }) => value),
        zoom: zoom || null,
        as_of,
      },
      lines: this.#placed().map(({ name, price }) => ({ name, price: String(price) })),
      as_of: new Date(seen).toISOString(),
    };
  }
}

function averageColour(index) {
  return AVERAGE_COLOURS[index % AVERAGE_COLOURS.length];
}

/** Colours are used twice; then the dashes tell. */
function isDashed(index) {
  return index >= AVERAGE_COLOURS.length;
}

/** "ema50@1w" → "EMA 50 of weeks". */
function spoken(average) {
  const [, kind, length, frame] = /^([a-z]+)(\d+)(?:@(.+))?$/.exec(average);
  const bars = { "1d": "days", "1w": "weeks", "1mo": "months" }[frame] ?? `${frame} bars`;
  return `${kind.toUpperCase()} ${length}${frame ? ` of ${bars}` : ""}`;
}

function volumeBar(bar, look) {
  return { time: bar.axis, value: bar.volume, color: bar.close >= bar.open ? look["up-wash"] : look["down-wash"] };
}

function options(look, frame, node, decimals) {
  const cross = { color: look.muted, labelBackgroundColor: look.label };
  return {
    layout: {
      background: { color: look.surface }, textColor: look.muted, fontSize: 11,
      fontFamily: getComputedStyle(node).fontFamily,
    },
    grid: { vertLines: { color: look.grid }, horzLines: { color: look.grid } },
    rightPriceScale: { borderColor: look.border },
    timeScale: { borderColor: look.border, timeVisible: Boolean(frame.seconds), secondsVisible: false },
    crosshair: { mode: 0, vertLine: cross, horzLine: cross },
    localization: {
      locale: "en-GB", dateFormat: "dd MMM yyyy", priceFormatter: (price) => format.number(price, decimals),
    },
  };
}
