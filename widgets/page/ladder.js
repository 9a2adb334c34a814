/** The arithmetic of a ladder whose price moves. Pure: props in, rows out. */

import { decimalsOf, number } from "./format.js";

const TONES = { pivot: "pivot", vwap: "vwap", profile: "violet", average: "average", mark: "text" };
const SIDE_TONES = { above: "resistance", below: "support", at: "at" };

/** The colour family of a level: its own kind's, else resistance above and support below. */
export function tone(kind, side) {
  return TONES[kind] ?? SIDE_TONES[side];
}

/**
 * `rungs` where they are now: those that moved since (VWAP, its bands, the day's extremes) with
 * their new price, all with their tests counted; by `levels`, `{name: {price, tested}}`, or as sent.
 * A volume `profile` of another window than the day's is not what those are about.
 */
export function movedTo(rungs, levels, profile = "") {
  if (!levels) return rungs;
  const moved = rungs.map((rung) => {
    const now = isOfTheDay(rung.kind, profile) ? levels[rung.name] : null;
    // Pivots stand still; those of another method than the live map's are not its business.
    if (!now || (rung.kind === "pivot" && now.price !== Number(rung.price.value))) return rung;
    const text = number(now.price, decimalsOf(rung.price.text));
    const tested = rung.tested && now.tested !== null ? String(now.tested) : rung.tested?.text;
    return { ...rung, at: now.price, priceText: text, testedText: tested };
  });
  return moved.sort((one, other) => priceOf(other) - priceOf(one));
}

/** Whether the day's live levels tell of a level of this kind, on a map or chart with `profile`. */
export function isOfTheDay(kind, profile) {
  return kind !== "profile" || !profile || profile === "day";
}

function priceOf(rung) {
  return rung.at ?? Number(rung.price.value);
}

/** `rungs` seen from `price`; with null they stay as the server measured them. */
export function seenFrom(rungs, price, atr) {
  if (price === null) return rungs.map((rung) => ({ ...rung, shown: asSent(rung) }));
  const measured = rungs.map((rung) => measure(rung, price, atr));
  const nearest = Math.min(...measured.map((rung) => Math.abs(rung.gap)));
  return measured.map((rung) => ({ ...rung, is_nearest: Math.abs(rung.gap) === nearest }));
}

/** The `count` rungs around the price, half of them on each side, and those asked for. */
export function around(rungs, count) {
  const above = rungs.filter((rung) => rung.side === "above");
  const below = rungs.filter((rung) => rung.side === "below");
  const half = count / 2;
  const up = Math.max(half, count - below.length);
  const down = Math.max(half, count - above.length);
  const kept = new Set([...above.slice(-up), ...below.slice(0, down)]);
  return rungs.filter((rung) => kept.has(rung) || rung.side === "at" || rung.is_highlighted);
}

/** A level's distance at `price`, in whatever unit it was sent: all of them grow with the gap. */
export function distanceAt(price, level, last, distance) {
  const gap = Number(level.value) - Number(last.value);
  if (gap === 0 || Number(distance.value) === 0) return undefined;
  return like(distance, (Number(distance.value) / gap) * (Number(level.value) - price));
}

/** The change of a quote at `price`, from the previous close that the card's own change implies. */
export function changeAt(price, last, change) {
  const previousClose = Number(last.value) - Number(change.value);
  return { amount: price - previousClose, percent: ((price - previousClose) / previousClose) * 100 };
}

/** The percent change at `price` when only the percent was sent. */
export function percentAt(price, last, percent) {
  const previousClose = Number(last.value) / (1 + Number(percent.value) / 100);
  return (price / previousClose - 1) * 100;
}

function asSent(rung) {
  return {
    distance: rung.distance.text,
    distance_pct: rung.distance_pct.text,
    distance_atr: rung.distance_atr?.text,
  };
}

function measure(rung, price, atr) {
  const gap = priceOf(rung) - price;
  return {
    ...rung,
    gap,
    side: gap > 0 ? "above" : gap < 0 ? "below" : "at",
    shown: {
      distance: like(rung.distance, gap),
      distance_pct: like(rung.distance_pct, (gap / price) * 100),
      distance_atr: rung.distance_atr && atr ? like(rung.distance_atr, gap / Number(atr.value)) : undefined,
    },
  };
}

/** `value` written as `sent` was: its decimals, its unit, and its sign if it carried one. */
function like(sent, value) {
  const isSigned = /^[+\u2212]/.test(sent.text) || Number(sent.value) === 0;
  const isMagnitude = !isSigned && Number(sent.value) >= 0 && sent.unit === "ATR";
  const unit = /\s?[^\d.,]+$/.exec(sent.text)?.[0] ?? "";
  return number(isMagnitude ? Math.abs(value) : value, decimalsOf(sent.text), { signed: isSigned }) + unit;
}
