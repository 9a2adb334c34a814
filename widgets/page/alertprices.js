/** Distances in the panel of alerts, which move with the market. */

import * as format from "./format.js";
import * as live from "./live.js";
import { make } from "./made.js";

const FOLLOWED = 40;

/** Follows the prices and levels of what `desk` shows. Returns the end. */
export function watchPrices(desk) {
  const watched = desk.shown.alerts.filter(({ symbol, status }) => symbol && (status === "armed" || status === "snoozed"));
  const known = new Map(watched.map((each) => [each.id, { price: each.price, level: each.level }]));
  const paint = (each) => write(desk, each, known.get(each.id));
  desk.repaint = () => watched.forEach(paint);
  desk.repaint();
  const stops = [live.onFeed(({ feed, since }) => {
    desk.still.textContent = feed === "lost" ? `Prices stand still since ${format.clock(since * 1000, "America/New_York")}.` : "";
  })];
  for (const symbol of [...new Set(watched.map((each) => each.symbol))].slice(0, FOLLOWED)) {
    const mine = watched.filter((each) => each.symbol === symbol);
    stops.push(live.subscribe(symbol, ({ price }) => mine.forEach((each) => {
      known.get(each.id).price = price;
      paint(each);
    })));
    const moving = mine.filter(({ level, level_name }) => level_name && level !== null);
    if (!moving.length) continue;
    stops.push(live.subscribeLevels(symbol, ({ levels }) => moving.forEach((each) => {
      const found = levels[each.level_name]?.price;
      if (found === undefined || found === null) return;
      known.get(each.id).level = found;
      paint(each);
    })));
  }
  return () => stops.forEach((stop) => stop());
}

/** `+27.81 (+0.95%) to PDH 2,950.00 · now 2,922.19`: what the price still has to go. */
function write(desk, { id, decimals, level_name }, { price, level }) {
  const stand = desk.body.querySelector(`[data-stand="${id}"]`);
  if (!stand) return;
  const figure = (value, signed = false) => format.number(value, decimals, { signed });
  const now = price === null ? "no price now" : `now\u00a0${figure(price)}`;
  if (level === null) return stand.replaceChildren(now);
  const target = [level_name, figure(level)].filter(Boolean).join(" ");
  if (price === null) return stand.replaceChildren(`to ${target} ·\u00a0${now}`);
  const share = format.number(((level - price) / price) * 100, 2, { signed: true });
  stand.replaceChildren(make("strong", { textContent: `${figure(level - price, true)} (${share}%)` }), ` to ${target} ·\u00a0${now}`);
}
