/** Alerts in their panel: what is watched, snoozed, fired and expired, and the clicks that change it. */

import * as format from "./format.js";
import { make, send } from "./made.js";
import { examples } from "./question.js";

const EXAMPLES = ["alert me when SPX hits 5,930", "tell me if NVDA loses VWAP", "if BTC moves 3% in an hour"];
const GROUPS = [
  ["armed", "Watching"],
  ["snoozed", "Snoozed"],
  ["fired", "Fired, resting until armed again"],
  ["expired", "Expired"],
];

/** The alerts of `desk.shown`, drawn; `desk.choosing` is the one whose snooze is being chosen. */
export function alertSections(desk) {
  const { alerts } = desk.shown;
  if (!alerts.length) return [blank(desk)];
  const groups = GROUPS.map(([status, title]) => [title, alerts.filter((each) => each.status === status)]);
  const left = desk.shown.used - alerts.filter(({ status }) => status === "armed" || status === "snoozed").length;
  return [
    ...groups.filter(([, found]) => found.length).map(([title, found]) => group(desk, title, found)),
    ...(left > 0 ? [make("p", { className: "tc-quiet", textContent: `${left} older ones are watched and not shown.` })] : []),
  ];
}

function blank(desk) {
  return make(
    "div",
    { className: "tc-watch-blank" },
    make("p", { textContent: "Nothing is watched for you. Say in the conversation, for example:" }),
    examples(EXAMPLES, desk),
    make("p", { className: "tc-quiet", textContent: "You see what would fire, and arm it there with a click." }),
  );
}

function group(desk, title, alerts) {
  const sorted = [...alerts].sort((one, other) => share(one) - share(other));
  return make(
    "section",
    {},
    make("h3", {}, `${title} `, make("span", { className: "tc-quiet", textContent: String(alerts.length) })),
    make("ul", { className: "tc-watch-list" }, ...sorted.map((each) => row(desk, each))),
  );
}

/** How near it is, by which rows stand: the nearest first, what has no level last. */
function share({ price, level }) {
  return price && level !== null ? Math.abs(level - price) / price : Infinity;
}

function row(desk, alert) {
  const { id, symbol, words, note, unreached } = alert;
  const named = [symbol, words].filter(Boolean).join(" ");
  return make(
    "li",
    { dataset: { alert: id } },
    make(
      "div",
      { className: "tc-watch-what" },
      make("span", { className: "tc-symbol", textContent: symbol || "Your book" }),
      ` ${words}`,
    ),
    symbol && (alert.status === "armed" || alert.status === "snoozed")
      ? make("div", { className: "tc-watch-stand", dataset: { stand: id } })
      : null,
    note ? make("div", { className: "tc-quiet", textContent: `“${note}”` }) : null,
    unreached.length ? make("div", { className: "tc-watch-off", textContent: unreached.join(" ") }) : null,
    make(
      "div",
      { className: "tc-watch-foot" },
      make("span", { className: "tc-watch-when tc-quiet", textContent: when(desk, alert) }),
      desk.choosing === id ? null : acts(desk, alert, named),
    ),
    desk.choosing === id ? snoozes(desk, alert, named) : null,
  );
}

function when(desk, { symbol, status, told, fired, fired_at, snoozed_until, expires_at }) {
  const zone = format.zoneOf(symbol);
  const now = Date.parse(desk.shown.as_of);
  const at = (iso) => format.bell(iso, zone, now);
  const ended = status === "expired" ? "ended" : "until";
  return [
    status === "snoozed" && `silent until ${at(snoozed_until)}`,
    `told ${told}`,
    expires_at ? `${ended} ${at(expires_at)}` : status === "armed" && "no end",
    fired > 0 && `fired ${fired}×, last ${at(fired_at)}`,
  ].filter(Boolean).join(" · ");
}

function acts(desk, { id, status }, named) {
  const choose = button(`choose ${id}`, "Snooze", named, () => desk.choose(id));
  choose.setAttribute("aria-expanded", "false");
  const rearm = button(`rearm ${id}`, "Re-arm", named, () => act(desk, id, "POST", "rearm", `Armed again: ${named}.`));
  const drop = button(`drop ${id}`, "Drop", named, () => act(desk, id, "DELETE", "", `Dropped: ${named}.`));
  return make(
    "div",
    { className: "tc-watch-acts" },
    status === "expired" ? null : choose,
    status === "armed" || status === "expired" ? null : rearm,
    drop,
  );
}

function snoozes(desk, { id, symbol, opens_at }, named) {
  const opens = format.bell(opens_at, format.zoneOf(symbol), Date.parse(desk.shown.as_of));
  const choices = [
    ["30 min", "for 30 min", { minutes: 30 }],
    ["1 h", "for 1 h", { minutes: 60 }],
    [`Until ${opens}`, `until ${opens}`, { until: opens_at }],
  ];
  const buttons = choices.map(([label, length, body], place) =>
    button(place ? `snooze ${place} ${id}` : `choose ${id}`, label, named, () => act(desk, id, "POST", "snooze", `Silent ${length}: ${named}.`, body), "Snooze"),
  );
  buttons.at(-1).title = "The open of the next day";
  const back = button(`back ${id}`, "Cancel", named, () => desk.choose(""));
  const group = make("div", { className: "tc-watch-acts is-choosing", role: "group" }, ...buttons, back);
  group.setAttribute("aria-label", `Snooze ${named}`);
  return group;
}

function button(key, label, named, onClick, verb = "") {
  const made = make("button", { type: "button", className: "tc-action", textContent: label, dataset: { key } });
  made.setAttribute("aria-label", `${[verb, label].filter(Boolean).join(" ")}: ${named}`);
  made.addEventListener("click", onClick);
  return made;
}

async function act(desk, id, method, what, says, body) {
  const buttons = desk.body.querySelectorAll(`[data-alert="${id}"] button`);
  const clicked = document.activeElement;
  for (const each of buttons) each.disabled = true; // which takes the focus from them
  const { problem } = await send(method, ["/api/v1/alerts", id, what].filter(Boolean).join("/"), body);
  if (problem) {
    for (const each of buttons) each.disabled = false;
    clicked.focus();
    desk.say(`Not changed. ${problem}`);
    return;
  }
  desk.choosing = "";
  await desk.refresh(says, `choose ${id}`);
}
