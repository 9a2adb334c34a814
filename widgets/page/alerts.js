/**
 * What is watched for the member, and what was told: the panel behind "Alerts", at `#alerts`.
 *
 * Decided: on a wide page it stands beside the conversation, which goes on; on a narrow one it is a
 * sheet over it, which holds the focus. It is asked for anew whenever something was told or changed,
 * and never on a timer but when a snooze or an alert ends or a scan is due, or a look has failed.
 */

import { watchPrices } from "./alertprices.js";
import { alertSections } from "./alertrows.js";
import { toldSections } from "./alerttold.js";
import * as live from "./live.js";
import { make, send } from "./made.js";
import { scanSections } from "./scanrows.js";
import { tabList } from "./tablist.js";

const ADDRESS = "#alerts";
const WATCHING = "/api/v1/watching";
const SCANS = "/api/v1/scans";
const OPENED = "tc-alerts";
const WIDE = "(min-width: 1024px)";
const LONGEST_WAIT_MS = 86_400_000;
const SLACK_MS = 700;
const LATE_MS = 30_000;
const NOTICE_MS = 12_000;
const TABS = {
  alerts: { title: "Alerts", draw: alertSections },
  told: { title: "History", draw: toldSections },
  scans: { title: "Scans", draw: scanSections },
};

let desk = null;

/** Opens the panel while the address says so, and again after a reload. */
export function watchAlerts() {
  const wide = window.matchMedia(WIDE);
  window.addEventListener("hashchange", (event) => {
    if (location.hash === ADDRESS) open(wide);
    else if (event.oldURL.endsWith(ADDRESS) && location.hash === "") leave();
  });
  document.addEventListener("click", (event) => {
    if (!desk || !event.target.closest?.(`a[href="${ADDRESS}"]`)) return;
    event.preventDefault(); // the entry that opened it closes it
    leave();
  });
  window.addEventListener("message", (event) => {
    if (event.source === window && event.data?.coach === "alerts") refresh();
  });
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  wide.addEventListener("change", () => desk && place(wide));
  if (location.hash === ADDRESS || sessionStorage.getItem(OPENED)) open(wide, { isReload: location.hash !== ADDRESS });
}

function open(wide, { isReload = false } = {}) {
  if (desk) return;
  const dialog = make("dialog", { className: "tc-watch" });
  dialog.setAttribute("aria-labelledby", "tc-watch-title");
  const body = make("div", { className: "tc-watch-body", role: "tabpanel", id: "tc-watch-panel" });
  const notice = make("p", { className: "tc-watch-notice", role: "status" });
  const state = make("div", { className: "tc-watch-state tc-quiet" });
  const still = make("div", { className: "tc-stale" });
  const badge = make("span", { className: "tc-badge tc-warn", textContent: "simulated", hidden: true });
  const tabs = tabList(TABS, body, sessionStorage.getItem(OPENED), () => redraw(desk));
  dialog.append(heading(badge, state, still), tabs.node, body, notice);
  document.body.append(dialog);
  desk = { dialog, body, notice, state, still, badge, tabs, back: document.activeElement, asked: 0, choosing: "", stops: [], leave, refresh, say };
  desk.stops.push(live.keepClock(), live.onStatus(lookAgain()));
  sessionStorage.setItem(OPENED, tabs.chosen);
  dialog.addEventListener("close", () => dialog.open || leave());
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation(); // Esc closes this, and not what lies behind it as well
    if (desk?.choosing) {
      event.preventDefault();
      desk.choose("");
    } else leave();
  });
  body.append(make("p", { className: "tc-quiet tc-watch-blank", textContent: "Loading…" }));
  place(wide);
  if (!isReload || !wide.matches) dialog.querySelector("h2").focus();
  refresh();
}

function leave() {
  if (!desk) return;
  const { dialog, stops, timer, prices, back } = desk;
  const hadFocus = dialog.contains(document.activeElement) || document.activeElement === document.body;
  for (const stop of stops) stop();
  clearTimeout(timer);
  prices?.();
  desk = null;
  dialog.close();
  dialog.remove();
  document.documentElement.classList.remove("tc-beside-alerts");
  sessionStorage.removeItem(OPENED);
  if (location.hash === ADDRESS) history.replaceState(history.state, "", location.pathname + location.search);
  if (hadFocus && back?.isConnected) back.focus();
}

/** Beside the conversation, or over it. */
function place(wide) {
  const { dialog } = desk;
  if (dialog.open) dialog.close();
  dialog.classList.toggle("is-docked", wide.matches);
  document.documentElement.classList.toggle("tc-beside-alerts", wide.matches);
  if (wide.matches) dialog.setAttribute("open", ""); // `show()` would take the focus from the question
  else dialog.showModal();
}

function heading(badge, ...lines) {
  const title = make("h2", { id: "tc-watch-title", textContent: "Alerts", tabIndex: -1 });
  const channels = make("a", { href: "#notifications", textContent: "Notifications" });
  channels.title = "Where else you are told, and when not";
  const close = make("button", { type: "button", className: "tc-watch-close", textContent: "✕" });
  close.setAttribute("aria-label", "Close alerts");
  close.addEventListener("click", leave);
  return make("header", {}, make("div", { className: "tc-watch-title" }, title, badge, ...lines), channels, close);
}

/** Looks anew when the line is lost, which says whether the server is, and when it comes back. */
function lookAgain() {
  let isLost = false;
  return (status) => {
    if (status === "lost" ? !isLost : status === "live" && isLost) refresh();
    if (status === "lost" || status === "live") isLost = status === "lost";
  };
}

/**
 * Asks anew and draws it; `says` is read out, `focus` has the focus unless it has gone elsewhere. An
 * answer that a later one has overtaken is dropped, what it was to say is not.
 */
async function refresh(says = "", focus = "") {
  if (!desk) return;
  const mine = desk;
  const turn = ++mine.asked;
  mine.due = { says: says || mine.due?.says, focus: focus || mine.due?.focus };
  const [{ answer, problem }, scans] = await Promise.all([send("GET", WATCHING), send("GET", SCANS)]);
  if (desk !== mine || turn !== mine.asked) return;
  mine.problem = problem ?? scans.problem;
  mine.scans = scans.answer?.scans ?? mine.scans ?? [];
  const due = mine.due;
  mine.due = null;
  clearTimeout(mine.timer);
  if (!mine.problem) return draw(mine, answer, due.says, document.activeElement === document.body ? due.focus : "");
  redraw(mine);
  if (due.says) mine.say(due.says);
  lookIn(mine, LATE_MS);
}

function draw(mine, answer, says, focus) {
  const before = mine.shown;
  const known = new Set(before?.firings.map(({ id }) => id));
  const fresh = before ? answer.firings.filter(({ id }) => !known.has(id)) : [];
  Object.assign(mine, { shown: answer, shownAt: Date.now(), fresh: new Set(fresh.map(({ id }) => id)) });
  mine.choose = (id) => {
    mine.choosing = id;
    redraw(mine, id ? `choose ${id}` : "");
  };
  redraw(mine, focus);
  mine.prices?.();
  mine.prices = watchPrices(mine);
  if (says || fresh.length) mine.say(says || fresh.map(toldOf).join(" "));
  wait(mine);
}

/** Until the next silence, alert or scan is due; one that is late is looked at again. */
function wait(mine) {
  const { as_of, now, changes_at } = mine.shown;
  const until = (moment, present) => Date.parse(moment) - Date.parse(present);
  const runs = mine.scans.filter(({ due_at }) => due_at).map(({ due_at }) => Math.max(until(due_at, now), LATE_MS));
  const next = Math.min(...runs, ...(changes_at ? [until(changes_at, as_of)] : []));
  if (next < Infinity) lookIn(mine, next + SLACK_MS);
}

function lookIn(mine, length) {
  mine.timer = setTimeout(() => refresh(), Math.min(length, LONGEST_WAIT_MS));
}

/** Read out at once, and shown for a while. */
function say(words) {
  this.notice.textContent = words;
  clearTimeout(this.hush);
  this.hush = setTimeout(() => this.notice.replaceChildren(), NOTICE_MS);
}

function toldOf({ symbol, words }) {
  return `Fired: ${[symbol, words].filter(Boolean).join(" ")}.`;
}

/** Draws what is known; whatever had the focus has it again, or `focus`. */
function redraw(mine, focus = "") {
  const held = mine.body.contains(document.activeElement) ? document.activeElement.dataset.key ?? "gone" : "";
  const { shown, tabs } = mine;
  if (shown) {
    mine.state.textContent = standing(shown);
    mine.badge.hidden = !shown.simulated;
    tabs.count({ alerts: shown.alerts.length, told: shown.firings.length, scans: mine.scans.length });
    sessionStorage.setItem(OPENED, tabs.chosen);
  }
  mine.body.replaceChildren(...(mine.problem ? [fault(mine)] : []), ...(shown ? TABS[tabs.chosen].draw(mine) : []));
  mine.repaint?.();
  const wanted = focus || held;
  if (!wanted) return;
  const find = (selector) => mine.body.querySelector(selector);
  const sameRow = `[data-alert="${CSS.escape(wanted.split(" ").at(-1))}"] button`;
  (find(`[data-key="${CSS.escape(wanted)}"]`) ?? find(sameRow) ?? mine.dialog.querySelector("h2")).focus();
}

function standing({ used, limit, plan }) {
  return limit === null ? `${used} watched, no limit, ${plan} plan` : `${used} of ${limit} watched, ${plan} plan`;
}

/** What was shown stays, with the moment it was true at. */
function fault({ problem, shown, shownAt }) {
  const again = make("button", { type: "button", className: "tc-action", textContent: "Try again", dataset: { key: "again" } });
  again.addEventListener("click", () => refresh());
  const since = shown ? ` Shown as of ${new Date(shownAt).toLocaleTimeString("en-GB")}.` : "";
  return make("p", { className: "tc-watch-fault", role: "alert" }, `${problem}${since} `, again);
}
