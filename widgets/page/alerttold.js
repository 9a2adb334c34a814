/** What alerts have told, with the way to each message. */

import * as format from "./format.js";
import { make } from "./made.js";
import { placeOf } from "./told.js";

const LISTED = 60;

/** The firings of `desk.shown`, the last first. */
export function toldSections(desk) {
  const { firings, as_of } = desk.shown;
  if (!firings.length) return [make("p", { className: "tc-watch-blank tc-quiet", textContent: "No alert of yours has fired yet." })];
  const rows = firings.map((each) => told(desk, each, Date.parse(as_of)));
  return [
    make("ol", { className: "tc-watch-list tc-watch-told" }, ...rows),
    ...(firings.length < LISTED ? [] : [make("p", { className: "tc-quiet", textContent: `The last ${LISTED}.` })]),
  ];
}

function told(desk, { id, symbol, words, at, price, level, decimals, late, thread_id, message_id }, now) {
  const figure = (value) => format.number(value, decimals);
  const link = make("a", { href: placeOf(thread_id, message_id), textContent: "Show", dataset: { key: `told ${id}` } });
  link.setAttribute("aria-label", `Show in the conversation: ${[symbol, words].filter(Boolean).join(" ")}`);
  link.addEventListener("click", () => desk.dialog.matches(".is-docked") || desk.leave());
  return make(
    "li",
    { className: desk.fresh.has(id) ? "tc-lit" : "" },
    make("time", { dateTime: at, textContent: format.brief(at, format.zoneOf(symbol), now), title: format.dayAndTime(new Date(at), format.zoneOf(symbol)) }),
    make(
      "span",
      { className: "tc-watch-words" },
      make("span", { className: "tc-symbol", textContent: symbol || "Your book" }),
      ` ${words}`,
      late ? make("span", { className: "tc-badge tc-quiet", textContent: "told late" }) : null,
    ),
    make(
      "span",
      { className: "tc-watch-price" },
      price === null ? null : make("span", { textContent: figure(price) }),
      level === null ? null : make("span", { className: "tc-quiet", textContent: `level ${figure(level)}` }),
    ),
    link,
  );
}
