/** Distances in the panel of alerts, which move with the market. */

import * as format from "./format.js";
import * as live from "./live.js";

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

function write(desk, { id, decimals, level_name }, { price, level }) {
  const stand = desk.body.querySelector(`[data-stand="${id}"]`);
  const away = desk.body.querySelector(`[data-away="${id}"]`);
  if (!stand || !away) return;
  const figure = (value) => format.number(value, decimals);
  const now = price === null ? "no price now" : `now ${figure(price)}`;
  const target = level === null ? "" : ` · ${level_name || "level"} ${figure(level)}`;
  stand.textContent = now + target;
  if (price === null || level === null) {
    away.textContent = "";
    return;
  }
  const distance = level - price;
  away.textContent = `${format.number(distance, decimals, { signed: true })} (${format.number((distance / price) * 100, 2, { signed: true })}%)`;
}
