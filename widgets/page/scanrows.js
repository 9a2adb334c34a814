/** Saved scans in the panel of alerts: what each looks for, when it runs, and the clicks that change it. */

import * as format from "./format.js";
import { make, send } from "./made.js";
import { examples } from "./question.js";

const ZONE = "America/New_York";
const EVERY = [[null, "only when asked"], [1440, "every day"], [60, "every hour"], [5, "every 5 minutes"]];
const EXAMPLES = ["find me setups", "pullbacks above the 200 day under $50", "run it every hour"];

/** The scans of `desk.scans`, drawn. */
export function scanSections(desk) {
  if (!desk.scans.length) {
    return [
      make(
        "div",
        { className: "tc-watch-blank" },
        make("p", { textContent: "No scan is saved. Say in the conversation, for example:" }),
        examples(EXAMPLES, desk),
        make("p", { className: "tc-quiet", textContent: "The card of what was found saves its search." }),
      ),
    ];
  }
  return [make("ul", { className: "tc-watch-list tc-watch-scans" }, ...desk.scans.map((scan) => row(desk, scan)))];
}

function row(desk, scan) {
  const { id, name, every_minutes } = scan;
  const known = EVERY.some(([minutes]) => minutes === every_minutes) ? EVERY : [...EVERY, [every_minutes, `every ${every_minutes} minutes`]];
  const often = make("select", { dataset: { key: `often ${id}` } }, ...known.map(([minutes, words]) => make("option", { value: String(minutes), textContent: words })));
  often.value = String(every_minutes);
  often.setAttribute("aria-label", `How often it runs: ${name}`);
  often.addEventListener("change", () => {
    const minutes = JSON.parse(often.value);
    const words = often.selectedOptions[0].textContent;
    act(desk, id, `Runs ${words}: ${name}.`, "PUT", "/schedule", { every_minutes: minutes });
  });
  const remove = make("button", { type: "button", className: "tc-action", textContent: "Delete", dataset: { key: `delete ${id}` } });
  remove.setAttribute("aria-label", `Delete: ${name}`);
  remove.addEventListener("click", () => act(desk, id, `Deleted: ${name}. What it found stays.`, "DELETE"));
  return make(
    "li",
    { dataset: { alert: id } },
    make("div", { className: "tc-watch-what" }, make("span", { className: "tc-symbol", textContent: name })),
    make("div", { className: "tc-quiet", textContent: soughtBy(scan) }),
    make("div", { className: "tc-watch-foot" }, make("span", { className: "tc-watch-when tc-quiet", textContent: when(desk, scan) }), make("span", { className: "tc-watch-acts" }, often, remove)),
  );
}

function soughtBy({ setups, direction, symbols, sector, min_price, max_price, where, options }) {
  const kinds = options?.setups ?? setups;
  const prices = [min_price !== null && `from ${min_price}`, max_price !== null && `up to ${max_price}`].filter(Boolean).join(" ");
  const some = symbols.length > 8 ? `${symbols.slice(0, 8).join(", ")} and ${symbols.length - 8} others` : symbols.join(", ");
  const said = [kinds.map((each) => each.replaceAll("_", " ")).join(", "), direction && `${direction} only`, sector, some, prices, where];
  return said.filter(Boolean).join(" · ") || `all setups${options ? " on options" : ""}`;
}

/** Turns are taken at a fixed pace, so the one before the next was the last. */
function when(desk, { every_minutes, due_at }) {
  if (!due_at) return "";
  const now = Date.parse(desk.shown.now);
  const due = Date.parse(due_at);
  const at = (moment) => format.bell(new Date(moment).toISOString(), ZONE, now);
  return due <= now ? `due since ${at(due)}` : `ran ${at(due - every_minutes * 60_000)}, next ${at(due)}`;
}

async function act(desk, id, says, method, what = "", body = undefined) {
  const controls = desk.body.querySelectorAll(`[data-alert="${id}"] :is(button, select)`);
  for (const each of controls) each.disabled = true; // which takes the focus from them
  const { problem } = await send(method, `/api/v1/scans/${id}${what}`, body);
  await desk.refresh(problem ? `Not changed. ${problem}` : says, `often ${id}`);
}
