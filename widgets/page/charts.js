/**
 * Charts that outlive their element. Chainlit evaluates an element anew on every change around it;
 * a chart and its DOM are kept and only moved back into the page.
 *
 * Decided: in the panel the next sentence about the same symbol is a card of its own, but the same
 * chart, changed in place: it is kept by its symbol and its conversation. In an answer a chart is
 * kept under its card's id.
 */

import { ChartView } from "./chartview.js";

const KEPT_MS = 60_000;
const LIBRARY = "/assets/lightweight-charts.js";

const views = new Map();
let library = null;

/** Puts the card's chart into `host`. Returns what takes it out; it is disposed of when gone long. */
export function attach(card, host) {
  const key = card.display === "side" ? `${card.symbol} ${card.as_of ?? ""}` : card.card_id;
  const kept = found(key, card) ?? create(key, card);
  clearTimeout(kept.farewell);
  kept.host = host;
  kept.thread = thread();
  kept.view.update(card);
  host.append(kept.view.node);
  return () => {
    if (kept.host !== host) return;
    kept.farewell = setTimeout(() => forget(key, kept), KEPT_MS);
  };
}

function found(key, card) {
  const kept = views.get(key);
  // A conversation has no address before its first answer.
  const isOfHere = card.display !== "side" || !kept?.thread || kept.thread === thread();
  if (!kept || isOfHere) return kept;
  forget(key, kept);
  return undefined;
}

function create(key, card) {
  const kept = { view: new ChartView(card, loadLibrary), farewell: 0, host: null, thread: "" };
  views.set(key, kept);
  return kept;
}

function forget(key, kept) {
  clearTimeout(kept.farewell);
  if (views.get(key) === kept) views.delete(key);
  kept.view.dispose();
}

function thread() {
  return /\/thread\/([^/?]+)/.exec(location.pathname)?.[1] ?? "";
}

function loadLibrary() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = LIBRARY;
    script.onload = () => resolve(window.LightweightCharts);
    script.onerror = () => {
      library = null;
      script.remove();
      reject(new Error("The chart library could not be loaded. Your connection or the server is down."));
    };
    document.head.append(script);
  });
  return library;
}
