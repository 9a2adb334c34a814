/** One chart: its frame, its bars, its lines, and how it follows the market. */

import { TIMEFRAMES, advance, axisTime, corrected, daysFor, fetchBars, timeframe, zoomedFrom } from "./bars.js";
import { asSent, carried } from "./carried.js";
import { ChartFrame } from "./chartframe.js";
import { LevelLines, NARROW_PX, SessionShade, extendedRuns, together } from "./drawings.js";
import * as format from "./format.js";
import { isOfTheDay, tone } from "./ladder.js";
import * as live from "./live.js";
import { Averages, Beside, VwapBand } from "./overlays.js";
import { VolumeRows, fetchProfile, profileTitle } from "./profile.js";
import { savePng } from "./snapshot.js";
import { colours, onThemeChange } from "./theme.js";

const FEW_LINES = 6;
const BESIDE_COLOURS = ["vwap", "average", "violet", "text"];
const AVERAGE_COLOURS = ["average", "violet", "text"];
const PICTURE_VERSION = 1;
const RELOAD_PAUSE_MS = 30_000;
const REPAIR_PAUSE_MS = 60_000;
const REPAIR_SPREAD_MS = 3_000;
const EARLIER_WITHIN_BARS = 10;
const PROFILE_REST_MS = 300;
/** Pages do not ask for the averages of a new bar all at once. */
const AVERAGES_REST_MS = 1_500;
const AVERAGES_AGE_MS = 60_000;
const HIDEABLE = ["vwap", "profile"];
const BAR_PX = 7;
const LABELS_PX = { narrow: 64, wide: 150 };
const PRICE_AXIS_PX = 62;
const FEWEST_BARS = 5;
const LINE_MODES = ["few", "all", "none"];
/** Levels that lie inside one bar of a day or longer. */
const INSIDE_A_DAY = ["opening", "premarket", "overnight", "vwap", "profile"];
const KINDS = { pivots: "pivot", vwap: "vwap", profile: "profile" };

export class ChartView {
  #card;
  #loadLibrary;
  #frame;
  #chart = null;
  #candles = null;
  #volume = null;
  #averages = null;
  #averagesTimer = 0;
  #averagesAt = 0;
  #lines = new LevelLines(() => this.#seenRange());
  #shade = new SessionShade();
  #rows = new VolumeRows();
  #profile = null;
  #profileTimer = 0;
  #bars = [];
  #sessions = [];
  #seen = {};
  #ticket = 0;
  #reloadedAt = 0;
  #repairFrom = null;
  #repairedAt = 0;
  #repairTimer = 0;
  #retryTimer = 0;
  #isReady = false;
  #isComplete = false;
  #stops = [];
  #lineMode = "few";
  #levels = null;
  #vwap = null;
  #beside = null;
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
    this.#take(card, this.#remembered(card) ?? asSent(card));
    this.#stops.push(onThemeChange(() => this.#paint()));
    if (this.#isLive()) {
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

  /** Takes over what the coach changed, in place; what the member did meanwhile stays otherwise. */
  update(card) {
    const before = this.#card;
    if (JSON.stringify(card) === JSON.stringify(before)) return;
    const [frame, extended] = [this.timeframe.name, this.extended];
    this.#take(card, carried(before, card, this.#state()));
    this.#remember();
    const isZoomed = card.zoom && card.zoom !== before.zoom;
    const isOther = this.timeframe.name !== frame || this.extended !== extended || isZoomed;
    if (isOther || !this.#isReady) return this.#load();
    this.#want();
    this.#paint();
    this.#loadOthers(this.#ticket, { isFresh: card.compare.join() !== before.compare.join() });
  }

  dispose() {
    for (const stop of this.#stops) stop();
    for (const timer of [this.#profileTimer, this.#averagesTimer, this.#retryTimer, this.#repairTimer]) clearTimeout(timer);
    this.#beside?.dispose();
    this.#chart?.remove();
    this.node.remove();
  }

  #isLive() {
    return !this.#card.as_of && !this.#card.freshness.is_frozen;
  }

  #take(card, { timeframe: name, extended, removed, lineMode }) {
    this.#card = card;
    this.zone = format.zoneOf(card.symbol);
    this.timeframe = timeframe(name);
    this.extended = extended;
    this.#removed = removed;
    this.#lineMode = lineMode;
    if (!card.profile) this.#profile = null;
    this.#frame.describe(card);
  }

  /** What the member may change by clicks, see `carried`. */
  #state() {
    return {
      timeframe: this.timeframe.name, extended: this.extended, removed: this.#removed, lineMode: this.#lineMode,
    };
  }

  #remember() {
    const state = { ...this.#state(), removed: [...this.#removed] };
    sessionStorage.setItem(`coach.chart.${this.#card.card_id}`, JSON.stringify(state));
  }

  #remembered(card) {
    try {
      const kept = JSON.parse(sessionStorage.getItem(`coach.chart.${card.card_id}`));
      return kept && { ...kept, removed: new Set(kept.removed) };
    } catch {
      return null;
    }
  }

  #choose({ timeframe: name = this.timeframe.name, extended = this.extended }) {
    this.timeframe = timeframe(name);
    this.extended = extended;
    this.#remember();
    this.#load();
  }

  async #load({ isQuiet = false, isAgain = false } = {}) {
    const ticket = ++this.#ticket;
    clearTimeout(this.#retryTimer);
    this.#frame.choose(this.timeframe, this.extended, this.zone);
    if (!isQuiet) this.#isReady = false;
    if (!isQuiet && !isAgain) this.#frame.loading();
    try {
      const [library, answer] = await Promise.all([this.#loadLibrary(), this.#fetch(this.#end())]);
      if (ticket !== this.#ticket) return;
      this.#show(library, answer, isQuiet);
      await this.#loadOthers(ticket, { isFresh: !isQuiet });
    } catch (error) {
      if (ticket === this.#ticket && !isQuiet) this.#fail(error.message);
    }
  }

  /** Bars of another timeframe are no stand-in: nothing is shown, and asked for again by itself. */
  #fail(sentence) {
    this.#averages?.clear();
    this.#beside?.clear();
    this.#setBars([], []);
    this.#frame.clear();
    this.#frame.failed(sentence);
    this.#retryTimer = setTimeout(() => this.#load({ isAgain: true }), RELOAD_PAUSE_MS);
  }

  #fetch(end, days = daysFor(this.timeframe, this.#card.zoom)) {
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
    this.#repairFrom = null;
    if (!isQuiet) {
      this.#averages.clear();
      this.#beside.clear();
    }
    this.#want();
    this.#setBars(answer.bars, answer.sessions ?? []);
    if (this.#bars.length === 0) {
      this.#frame.clear();
      return this.#frame.empty(`No ${this.timeframe.title} bars of ${this.#card.symbol} in this range.`);
    }
    this.#isReady = true;
    if (!isQuiet) this.#view();
    this.#candles.priceScale().applyOptions({ autoScale: true });
    this.#frame.ready();
    const tick = live.lastTick(this.#card.symbol);
    if (tick && this.#end() === null) this.#onTick({ ...tick, finished: [] });
  }

  /** The lines that the card asks for, and no others. */
  #want() {
    if (!this.#chart) return;
    this.#averages.want(this.#card.averages);
    this.#beside.want(this.#card.compare);
  }

  /** Averages and compared symbols, which come after the bars they stand beside. */
  async #loadOthers(ticket, { isFresh }) {
    const [start, end] = [this.#bars[0]?.time, this.#end()];
    if (start === undefined) return;
    const asked = { frame: this.timeframe, start, end, extended: this.extended };
    this.#averagesAt = Date.now();
    await Promise.all([
      this.#averages.load({ symbol: this.#card.symbol, ...asked }),
      this.#beside.load({ zone: this.zone, ...asked }),
      this.#loadProfile(ticket),
    ]);
    if (ticket !== this.#ticket || !this.#chart) return;
    this.#paintOthers(colours());
    if (isFresh && this.#card.compare.length) this.#view();
  }

  /** The averages' ends, once a bar is new; what came before stands. */
  #averagesSoon() {
    if (!this.#card.averages.length) return;
    clearTimeout(this.#averagesTimer);
    this.#averagesAt = Date.now();
    const pause = AVERAGES_REST_MS * (1 + Math.random());
    this.#averagesTimer = setTimeout(async () => {
      const [ticket, start] = [this.#ticket, this.#bars.at(-2)?.time];
      if (start === undefined) return;
      const asked = { frame: this.timeframe, start, end: this.#end(), extended: this.extended };
      await this.#averages.load({ symbol: this.#card.symbol, ...asked });
      if (ticket === this.#ticket) this.#paintOthers(colours());
    }, pause);
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
    const last = this.#bars.length - 1;
    const [first, final] = this.#inViewAt();
    if (first > final) return null;
    const end = final < last ? this.#bars[final].time + 1 : null;
    return { frame: this.timeframe, start: this.#bars[first].time, end, extended: this.extended };
  }

  /** Places of the first and the last bar in view. */
  #inViewAt() {
    const range = this.#chart?.timeScale().getVisibleLogicalRange();
    const last = this.#bars.length - 1;
    return [Math.max(0, Math.round(range?.from ?? 0)), Math.min(last, Math.round(range?.to ?? last))];
  }

  /** The lowest and the highest price of the bars in view; null without any. */
  #seenRange() {
    const [first, final] = this.#inViewAt();
    if (first > final) return null;
    let [low, high] = [Infinity, -Infinity];
    for (let at = first; at <= final; at += 1) {
      low = Math.min(low, this.#bars[at].low);
      high = Math.max(high, this.#bars[at].high);
    }
    return { low, high };
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
    this.#averages.paint(this.#bars, (name, index) => ({
      color: look[averageColour(index)], lineStyle: isDashed(index) ? 2 : 0, visible: !this.#removed.has(name),
    }));
    this.#beside.paint((symbol, index) => ({
      color: look[BESIDE_COLOURS[index]], visible: !this.#removed.has(symbol),
    }));
    this.#drawLines(look);
  }

  #view() {
    const count = this.#bars.length;
    const from = this.#card.zoom && !this.#isWithinABar() ? this.#zoomed() : this.#opened();
    const first = Math.max(0, Math.min(from, count - FEWEST_BARS));
    this.#chart.timeScale().setVisibleLogicalRange({ from: first, to: count + this.#labelRoom(count - first) });
  }

  #isWithinABar() {
    return this.#card.zoom === "today" && !this.timeframe.seconds;
  }

  #zoomed() {
    const first = zoomedFrom(this.#bars, this.#card.zoom, live.now() ?? this.#bars.at(-1).time);
    // Percents count from the first bar seen: from the close that the time begins with, as is said.
    return this.#card.compare.length ? Math.max(0, first - 1) : first;
  }

  /** The first bar of an opening view: as many as are easily read, with premarket all of its day. */
  #opened() {
    const count = this.#bars.length;
    const easily = count - Math.max(FEWEST_BARS, Math.round((this.#plotPx() - this.#labelsPx()) / BAR_PX));
    if (!this.extended || !this.timeframe.seconds) return easily;
    return Math.min(easily, zoomedFrom(this.#bars, "today"));
  }

  #plotPx() {
    return Math.max(1, this.#chart?.timeScale().width() || this.node.clientWidth - PRICE_AXIS_PX);
  }

  #labelsPx() {
    if (!(this.#card.lines.length || this.#card.marks.length) || this.#lineMode === "none") return 0;
    return this.#plotPx() < NARROW_PX ? LABELS_PX.narrow : LABELS_PX.wide;
  }

  /** Bars' worth of free room right of `count` bars, so that labels do not cover the last candles. */
  #labelRoom(count) {
    const [plot, labels] = [this.#plotPx(), Math.min(this.#labelsPx(), this.#plotPx() / 2)];
    return Math.max(4, Math.ceil((count * labels) / (plot - labels)));
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
    this.#scaleModes = library.PriceScaleMode;
    this.#beside = new Beside(this.#chart, library.LineSeries, {
      isLive: this.#isLive(), onGap: () => this.#reloadSoon(),
    });
    this.#averages = new Averages(this.#chart, library.LineSeries, priceFormat, () => this.#seenRange());
    this.#vwap = new VwapBand(this.#chart, library.LineSeries, priceFormat);
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
    if (this.#bars.length) this.#frame.offerExtended(hasVolume && this.zone !== "UTC");
    this.#candles.setData(this.#bars.map((bar) => ({ ...bar, time: bar.axis })));
    this.#volume.setData(this.#bars.map((bar) => volumeBar(bar, look)));
    const { Percentage, Normal } = this.#scaleModes;
    this.#chart.priceScale("right").applyOptions({ mode: this.#compared().length ? Percentage : Normal });
    this.#drawVwap(look);
    this.#drawProfile(look);
    this.#paintOthers(look);
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
        key: name, label: spoken(name, this.timeframe.name), colour: look[averageColour(index)], isDashed: isDashed(index),
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
    this.#remember();
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
    if (last === undefined) return this.#lines.show([], {});
    const lines = this.#placed().filter((line) => this.#isDrawn(line));
    const byDistance = [...lines].sort((one, other) => Math.abs(one.price - last) - Math.abs(other.price - last));
    const chosen = byDistance.slice(0, { few: FEW_LINES, all: lines.length, none: 0 }[this.#lineMode]);
    const asked = this.#lineMode === "none" ? [] : lines.filter(({ kind }) => this.#isPinned(kind));
    const marks = this.#marks().map(({ text, value }) => ({ name: "mark", price: Number(value), text, kind: "mark" }));
    const shown = [
      ...[...marks, ...asked].map((line) => ({ ...line, isPinned: true })),
      ...chosen.filter((line) => !asked.includes(line)),
    ].map((line) => ({
      ...line, colour: look[tone(line.kind, line.price > last ? "above" : line.price < last ? "below" : "at")],
    }));
    const away = ({ price }) => format.number(price - last, this.#card.decimals, { signed: true });
    this.#lines.show(
      [...together(shown), ...this.#averagesAway(look)].map((line) => ({ ...line, away: away(line) })),
      { surface: look.surface, font: `11px ${getComputedStyle(this.node).fontFamily}` },
    );
    const levels = this.#liveLevels();
    const moment = levels ? levels.as_of * 1000 : Date.parse(this.#card.freshness.as_of);
    const drawn = new Set([...asked, ...chosen]).size;
    this.#frame.lines(drawn, lines.length, `Levels as of ${format.dayAndTime(moment, this.zone)}`);
  }

  #isDrawn({ kind }) {
    if (HIDEABLE.includes(kind) && this.#removed.has(kind)) return false;
    const isAsked = kind === "profile" && this.#profile;
    return isAsked || Boolean(this.timeframe.seconds) || !INSIDE_A_DAY.includes(kind);
  }

  /** Lines that the member asked for are drawn besides the nearest. */
  #isPinned(kind) {
    if (kind === "profile" && this.#profile) return true;
    return this.#card.show.some((family) => KINDS[family] === kind);
  }

  /** Averages that may be out of view: a label at the edge tells where they are. */
  #averagesAway(look) {
    return (this.#averages?.last ?? []).filter(({ name }) => !this.#removed.has(name)).map(({ name, value, index }) => ({
      name: spoken(name, this.timeframe.name), kind: "average", price: value,
      text: format.number(value, this.#card.decimals), colour: look[averageColour(index)],
      isPinned: true, isOnlyEdge: true,
    }));
  }

  #marks() {
    return this.#card.marks.filter(({ text }) => !this.#removed.has(text));
  }

  /** The card's lines where they are now: VWAP and what the day makes move with it. */
  #placed() {
    const { lines, profile, decimals } = this.#card;
    const placed = lines.map(({ name, price, kind }) => {
      const isLive = kind !== "pivot" && isOfTheDay(kind, profile);
      const now = isLive ? this.#liveLevels()?.levels[name] : null;
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

  /** The day's levels as they are now; those of a week or a month stand. */
  #liveLevels() {
    return this.#card.period === "day" ? this.#levels : null;
  }

  #onLevels(message) {
    this.#levels = message;
    if (this.#chart && this.#bars.length) this.#drawLines(colours());
  }

  /** VWAP and its bands as curves, where the card asks for VWAP and the bars are fine enough. */
  #drawVwap(look) {
    if (this.#drawsVwap()) this.#vwap.show(this.#bars, this.#sessions, look.vwap);
    else this.#vwap.hide();
  }

  #drawsVwap() {
    return this.#hasVwap() && !this.#removed.has("vwap");
  }

  #nextLineMode() {
    const modes = this.#card.lines.length > FEW_LINES ? LINE_MODES : ["few", "none"];
    this.#lineMode = modes[(modes.indexOf(this.#lineMode) + 1) % modes.length];
    this.#remember();
    this.#drawLines(colours());
  }

  #onTick(tick) {
    if (!this.#isReady || this.#bars.length === 0) return;
    if (tick.finished?.length) this.#correct(tick);
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
    if (step.isNew) this.#began(look);
    else if (this.#drawsVwap()) this.#vwap.follow(this.#bars, this.#sessions);
    if (Date.now() - this.#averagesAt > AVERAGES_AGE_MS) this.#averagesSoon();
    this.#drawLines(look);
    this.#showLegend();
  }

  /** A bar is new: what is drawn over the bars goes on with it. */
  #began(look) {
    this.#drawVwap(look);
    this.#paintOthers(look);
    this.#averagesSoon();
    this.#profileSoon();
  }

  /** Minutes that ended otherwise than they had looked, or that nobody had told: the provider's word is final. */
  #correct(tick) {
    const { timeframe: frame, extended, zone } = this;
    const asked = { frame, extended, zone, seen: this.#seen };
    const { bars, changed, isLonger, repairFrom } = corrected(this.#bars, tick, asked);
    this.#bars = bars;
    if (isLonger) this.#setBars(bars, this.#sessions);
    else this.#redraw(changed);
    if (repairFrom !== null) this.#repairSoon(repairFrom);
  }

  #redraw(changed) {
    const [last, look] = [this.#bars.at(-1), colours()];
    for (const bar of changed) {
      this.#candles.update({ ...bar, time: bar.axis }, bar !== last);
      this.#volume.update(volumeBar(bar, look), bar !== last);
    }
  }

  /** Asks for the bars from `time` on again: once for all that want it, and not with every other page. */
  #repairSoon(time) {
    this.#repairFrom = Math.min(this.#repairFrom ?? Infinity, time);
    clearTimeout(this.#repairTimer);
    const rest = Math.max(0, this.#repairedAt + REPAIR_PAUSE_MS - Date.now());
    this.#repairTimer = setTimeout(() => this.#repair(), rest + Math.random() * REPAIR_SPREAD_MS);
  }

  async #repair() {
    const [ticket, start] = [this.#ticket, this.#repairFrom];
    if (start === null) return;
    this.#repairFrom = null;
    this.#repairedAt = Date.now();
    const asked = { symbol: this.#card.symbol, frame: this.timeframe, start, end: null, extended: this.extended };
    const answer = await fetchBars(asked).catch(() => null);
    if (ticket !== this.#ticket) return;
    if (!answer?.bars.length) return this.#repairSoon(start);
    const before = this.#bars.filter(({ time }) => time < start);
    const sessions = new Map([...this.#sessions, ...(answer.sessions ?? [])].map((each) => [each.open, each]));
    this.#seen = {};
    this.#setBars([...before, ...answer.bars], [...sessions.values()]);
    const tick = live.lastTick(this.#card.symbol);
    if (tick) this.#onTick({ ...tick, finished: [] });
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
    const left = this.#isReady && last && now && this.timeframe.seconds ? last.time + this.timeframe.seconds - now : -1;
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
    savePng(this.#chart, { name: file, caption, remark, drawn: this.#drawn(look), state: this.#described(), look });
  }

  /** What the picture says of itself, so that it can become this chart again; see `SavedChart`. */
  #described() {
    const { symbol, averages, hide, show, profile, zoom, as_of, lines, freshness } = this.#card;
    const compare = this.#compared();
    const seen = Math.max(this.#bars.at(-1).time * 1000, Date.parse(freshness.as_of));
    return {
      version: PICTURE_VERSION,
      chart: {
        symbol, timeframe: this.timeframe.name, extended: this.extended, compare,
        hide: [...new Set([...hide, ...HIDEABLE.filter((family) => this.#removed.has(family))])],
        show: show.filter((family) => !this.#removed.has(family)),
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

/** "ema50@1w" → "EMA 50 of weeks"; on weekly and monthly bars it is always said of what. */
function spoken(average, own) {
  const [, kind, length, other] = /^([a-z]+)(\d+)(?:@(.+))?$/.exec(average);
  const frame = other ?? (own === "1w" || own === "1mo" ? own : undefined);
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
    timeScale: {
      borderColor: look.border, timeVisible: Boolean(frame.seconds), secondsVisible: false, minBarSpacing: 0.05,
    },
    crosshair: { mode: 0, vertLine: cross, horzLine: cross },
    localization: {
      locale: "en-GB", dateFormat: "dd MMM yyyy", priceFormatter: (price) => format.number(price, decimals),
    },
  };
}
