/**
 * Charts that outlive their element. Chainlit evaluates an element anew on every change around it;
 * a chart and its DOM are kept under the card's id and only moved back into the page.
 */

import { ChartView } from "./chartview.js";

const KEPT_MS = 60_000;
const LIBRARY = "/assets/lightweight-charts.js";

const views = new Map();
let library = null;

/** Puts the card's chart into `host`. Returns what takes it out; it is disposed of when gone long. */
export function attach(card, host) {
  const kept = views.get(card.card_id) ?? create(card);
  clearTimeout(kept.farewell);
  kept.view.update(card);
  host.append(kept.view.node);
  return () => {
    kept.farewell = setTimeout(() => {
      views.delete(card.card_id);
      kept.view.dispose();
    }, KEPT_MS);
  };
}

function create(card) {
  const kept = { view: new ChartView(card, loadLibrary), farewell: 0 };
  views.set(card.card_id, kept);
  return kept;
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
