/**
 * What cards are made of. Elements cannot import each other, so they take these from
 * `window.coach.parts(React)`; written without JSX because the browser loads this file as it is.
 */

import * as format from "./format.js";
import * as live from "./live.js";
import { useFeed, useStatus } from "./moving.js";
import { filterParts } from "./scanfilter.js";
import { scanParts } from "./scanparts.js";

let made = null;

/** The components, made once for the page's React. */
export function parts(React) {
  made ??= make(React);
  return made;
}

function make(React) {
  const h = React.createElement;

  /** A card's number, bound to its figure. `text` replaces what was sent while the card moves. */
  function Num({ n, text, className = "", missing = "" }) {
    if (!n) return h("span", { className: `tc-num tc-missing ${className}`, title: missing || "not available" }, "–");
    const isMoved = text !== undefined && text !== n.text;
    const shown = isMoved ? { ...n, text } : n;
    const unit = format.unitOf(shown);
    return h(
      "span",
      {
        className: className ? `tc-num ${className}` : "tc-num",
        "data-figure": n.figure,
        title: isMoved ? `${n.text}${format.unitOf(n)} when asked` : undefined,
      },
      shown.text,
      unit && h("span", { className: "tc-unit" }, unit),
    );
  }

  /** A price that flashes its direction for 300 ms when it changes. */
  function Price({ n, value, text, className = "" }) {
    const box = React.useRef(null);
    const previous = React.useRef(value);
    React.useEffect(() => {
      flash(box.current, value - previous.current);
      previous.current = value;
    }, [value]);
    return h("span", { ref: box, className: `tc-price ${className}` }, h(Num, { n, text }));
  }

  /** A change: arrow, amount, percent; the colour only repeats what the sign says. */
  function Change({ amount, percent, amountText, percentText }) {
    const first = amount ?? percent;
    if (!first) return null;
    const sign = signOf(amount ? amountText ?? amount.text : percentText ?? percent.text);
    const arrow = { up: "▲", down: "▼", "": "" }[sign];
    return h(
      "span",
      { className: `tc-change ${sign && `tc-${sign}`}` },
      arrow && h("span", { className: "tc-arrow", "aria-hidden": true }, arrow),
      amount && h(Num, { n: amount, text: amountText }),
      percent && h(Num, { n: percent, text: percentText }),
    );
  }

  /** What must be said about the prices, always in the card's upper right corner. */
  function Badges({ freshness, symbol = "" }) {
    const words = [];
    if (freshness.stale_since) {
      const now = live.now();
      const since = format.moment(freshness.stale_since, format.zoneOf(symbol), now && now * 1000);
      words.push([`stale since ${since}`, "tc-warn"]);
    }
    if (freshness.is_estimated) words.push(["estimated", "tc-warn"]);
    if (freshness.is_frozen) words.push(["as of a past moment", "tc-quiet"]);
    if (freshness.delay_minutes) words.push([`delayed ${freshness.delay_minutes} min`, "tc-warn"]);
    if (freshness.is_simulated) words.push(["simulated", "tc-warn"]);
    return h(
      "span",
      { className: "tc-badges" },
      words.map(([word, look]) => h("span", { key: word, className: `tc-badge ${look}` }, word)),
    );
  }

  /** How old the prices are: a dot while they move, a warning while nothing new can come. */
  function Age({ freshness, symbol = "", tick }) {
    const status = useStatus(React);
    const feed = useFeed(React);
    const zone = format.zoneOf(symbol);
    const now = live.now();
    if (!tick) {
      const at = format.moment(freshness.as_of, zone, now && now * 1000);
      return h("time", { className: "tc-age", dateTime: freshness.as_of }, at);
    }
    const at = format.clock(tick.time * 1000, zone);
    if (status !== "live" || feed.feed === "lost") {
      return h("span", { className: "tc-age tc-stale", role: "status" }, `frozen since ${at}`);
    }
    const isMoving = tick.phase !== "closed";
    const late = tick.delay_minutes ? `, ${tick.delay_minutes} min late` : "";
    const slow = isMoving && tick.slow_because;
    const state = isMoving ? "live" : "market closed";
    const title = `${state}, ${tick.provider ?? freshness.provider}${late}${slow ? `. ${slow}` : ""}`;
    return h(
      "time",
      { className: `tc-age ${isMoving ? "tc-moving" : ""}`, title },
      at,
      isMoving && h(Ago, { at: tick.time }),
      slow && h("span", { className: "tc-ago" }, ", no stream"),
    );
  }

  /** ", 14 s ago" once a price is old enough that it matters; counts by itself. */
  function Ago({ at }) {
    const [now, setNow] = React.useState(live.now);
    React.useEffect(() => {
      const timer = setInterval(() => setNow(live.now()), 1000);
      return () => clearInterval(timer);
    }, []);
    const age = now === null ? 0 : now - at;
    return age < QUIET_SECONDS ? null : h("span", { className: "tc-ago" }, `, ${format.age(age)} ago`);
  }

  /** How old one line's price is: its own clock while it moves, else its age, which counts by itself. */
  function LineAge({ asOf, tick, symbol = "" }) {
    const [now, setNow] = React.useState(live.now);
    React.useEffect(() => {
      const timer = setInterval(() => setNow(live.now()), 1000);
      return () => clearInterval(timer);
    }, []);
    const zone = format.zoneOf(symbol);
    const at = tick ? tick.time : Date.parse(asOf) / 1000;
    const seconds = now === null ? null : Math.max(0, now - at);
    const isMoving = tick && tick.phase !== "closed" && !tick.delay_minutes && seconds !== null && seconds < FRESH_SECONDS;
    const isToday = seconds !== null && seconds < DAY_SECONDS;
    const moment = format.moment(at * 1000, zone, now && now * 1000);
    return h(
      "time",
      { className: `tc-line-age ${isMoving ? "tc-moving" : ""}`, dateTime: new Date(at * 1000).toISOString(), title: moment },
      isMoving ? "live" : isToday ? `${format.age(seconds)} ago` : moment,
    );
  }

  function Notes({ notes }) {
    if (!notes.length) return null;
    return h("ul", { className: "tc-notes" }, notes.map((note) => h("li", { key: note }, note)));
  }

  /** Sold options that may be assigned: what a holder gives up, against what exercise brings. */
  function AtRisk({ rows }) {
    if (!rows.length) return null;
    return h(
      "ul",
      { className: "tc-list tc-risks", "aria-label": "May be assigned" },
      rows.map(({ label, words, time_value, gained }) =>
        h(
          "li",
          { key: label + words },
          h("span", null, label && h("b", null, label, " "), words),
          time_value && h("span", { className: "tc-beside" }, "time value ", h(Num, { n: time_value }), gained && [" against ", h(Num, { key: "gained", n: gained })]),
        ),
      ),
    );
  }

  /** At most three next steps: `{label, onClick, pressed?, isInline?}`; one `isInline` is not shown in the panel. */
  function Actions({ actions }) {
    return h(
      "div",
      { className: "tc-actions" },
      actions.map(({ label, onClick, pressed, isInline }) =>
        h("button", { key: label, type: "button", className: isInline ? "tc-action tc-inline-only" : "tc-action", onClick, "aria-expanded": pressed }, label),
      ),
    );
  }

  /** Opens the chart of a card's symbol, as of the same moment if the card is of the past; `marks` are
   * pairs of a name and a number of the card, to be drawn as lines. */
  function chartAction(callAction, { symbol, timeframe = "5m", levels = true, marks = [] }, { is_frozen, as_of, asked_at }) {
    const drawn = marks.filter(([, number]) => number);
    const lines = drawn.length > 0 && { marks: drawn.map(([, { value }]) => value), mark_names: drawn.map(([name]) => name) };
    const payload = { symbol, timeframe, levels, ...lines, ...(is_frozen && { as_of: asked_at ?? as_of }) };
    return { label: "Chart", onClick: () => callAction({ name: "show_chart", payload }) };
  }

  /** Opens the very same card in the panel. */
  function largeAction(callAction, card_id) {
    return { label: "Open large", isInline: true, onClick: () => callAction({ name: "open_card", payload: { card_id } }) };
  }

  /**
   * Asks a tool once. Pressed in the panel, an update takes the panel; another card (`isOther`) only
   * where the panel is a sheet over the conversation and nothing would be seen of it.
   */
  function askAction(callAction, label, tool, args, { isOther = false } = {}) {
    const onClick = ({ currentTarget }) => {
      const place = isOther ? "[role='dialog'] #side-view-content" : "#side-view-content";
      const is_large = currentTarget.closest(place) !== null;
      return callAction({ name: "ask_tool", payload: { tool, arguments: args, is_large } });
    };
    return { label, onClick };
  }

  /** Copies `text()`; says so for a moment. */
  function copyAction(text) {
    const [copied, setCopied] = React.useState(false);
    if (!navigator.clipboard) return [];
    const onClick = async () => {
      await navigator.clipboard.writeText(text());
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    };
    return [{ label: copied ? "Copied" : "Copy", onClick }];
  }

  /** The frame of every card. `sentence` is what a screen reader hears first. */
  function Card({ title, subtitle, sentence, freshness, className = "", actions = [], notes = [], children }) {
    return h(
      "section",
      { className: `tc-card ${className}`, "aria-label": sentence },
      h(
        "header",
        { className: "tc-head" },
        h("h3", { className: "tc-title" }, title, subtitle && h("span", { className: "tc-subtitle" }, subtitle)),
        freshness && h(Badges, { freshness, symbol: title }),
      ),
      children,
      h(Notes, { notes }),
      (actions.length > 0 || freshness) &&
        h("footer", { className: "tc-foot" }, h(Actions, { actions }), freshness && h(Origin, { freshness })),
    );
  }

  function Origin({ freshness }) {
    const others = freshness.instead_of ?? [];
    const instead = others.length ? ` instead of ${others.join(", ")}` : "";
    const words = [freshness.provider + instead, freshness.session].filter(Boolean).join(" · ");
    return h("span", { className: "tc-origin" }, words);
  }

  return { common, Num, Price, Change, Badges, Age, LineAge, Notes, AtRisk, Actions, Card, askAction, chartAction, copyAction, largeAction, ...scanParts(React), ...filterParts(React) };
}

/** A price younger than this needs no age beside it: its clock says enough. */
const QUIET_SECONDS = 10;

/** A line is called live until its last price is this old. */
const FRESH_SECONDS = 60;
const DAY_SECONDS = 86_400;

const SAID = ["provider", "is_simulated", "delay_minutes", "is_frozen", "is_estimated", "stale_since"];

/** What holds for the prices of all rows alike, or null if it must be said row by row. */
function common(rows) {
  const [first, ...others] = rows.map((row) => row.freshness);
  return others.every((other) => SAID.every((name) => other[name] === first[name])) ? first : null;
}

function signOf(text) {
  if (text.startsWith("+")) return "up";
  return text.startsWith("\u2212") || text.startsWith("-") ? "down" : "";
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");

function flash(node, change) {
  if (!node || !change || Number.isNaN(change) || calm.matches) return;
  const color = getComputedStyle(node).getPropertyValue(change > 0 ? "--tc-up-wash" : "--tc-down-wash");
  node.animate([{ backgroundColor: color }, { backgroundColor: "transparent" }], { duration: 300 });
}
