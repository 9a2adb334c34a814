/**
 * Where a member is told, of what, and when not: the dialog behind the bell, at `#notifications`.
 *
 * What was typed into it is sent once and never shown again; the page holds no secret but an address for
 * signals, while it is new.
 */

import { channelForm, KINDS } from "./channelform.js";
import { make, send } from "./made.js";
import { signalSection } from "./signals.js";

const ADDRESS = "#notifications";
const CHANNELS = "/api/v1/channels";
const CHOICES = "/api/v1/notifications/preferences";
const TOLD_OF = { alert: "Alerts", opportunity: "Opportunities", position: "Positions" };

/** Opens the dialog while the address says so. */
export function watchNotifications() {
  const look = () => (location.hash === ADDRESS ? open() : document.querySelector(".tc-tell")?.close());
  window.addEventListener("hashchange", look);
  look();
}

async function open() {
  if (document.querySelector(".tc-tell")) return;
  const dialog = make("dialog", { className: "tc-dialog tc-tell" });
  dialog.setAttribute("aria-label", "Notifications");
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (location.hash === ADDRESS) history.replaceState(history.state, "", location.pathname + location.search);
  });
  // Esc closes this, and not the panel behind it as well
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
  dialog.append(make("p", { className: "tc-quiet", textContent: "Loading…" }));
  document.body.append(dialog);
  dialog.showModal();
  const notice = make("p", { className: "tc-tell-notice", role: "status" });
  await refresh({ dialog, notice });
}

/** Asks for everything anew and draws it; `says` stays to be read, and `channel` has the focus. */
async function refresh(desk, says = "", channel = "") {
  const [listed, chosen] = await Promise.all([send("GET", CHANNELS), send("GET", CHOICES)]);
  const problem = listed.problem ?? chosen.problem;
  if (problem) {
    desk.dialog.replaceChildren(heading(desk), make("p", { role: "alert", textContent: problem }));
    return;
  }
  Object.assign(desk, { channels: listed.answer.channels, offer: listed.answer, choices: withZone(chosen.answer) });
  desk.signals ??= signalSection(desk.notice);
  const back = () => refresh(desk);
  desk.dialog.replaceChildren(
    heading(desk),
    make("p", { className: "tc-quiet", textContent: "Alerts always come into the conversation. Here you choose where else." }),
    channelList(desk),
    channelForm(desk.offer, desk.notice, (made, text) => added(desk, made, text)),
    ...(desk.channels.length ? [choiceTable(desk, back)] : []),
    quietHours(desk, back),
    desk.signals,
    desk.notice,
  );
  desk.notice.textContent = says;
  const row = desk.dialog.querySelector(`[data-channel="${channel}"]`) ?? desk.dialog;
  row.querySelector(channel ? "input, button" : "button").focus();
}

/** A member who never chose a zone has that of their browser. */
function withZone(choices) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isChosen = choices.quiet || choices.zone !== "UTC";
  return isChosen || !here ? choices : { ...choices, zone: here };
}

function heading({ dialog }) {
  const close = make("button", { type: "button", textContent: "Close" });
  close.addEventListener("click", () => dialog.close());
  return make("header", {}, make("h2", { textContent: "Notifications" }), close);
}

async function added(desk, channel, text) {
  await send("PUT", CHOICES, desk.choices);
  await refresh(desk, text, channel.id);
}

function channelList(desk) {
  if (!desk.channels.length) {
    return make("p", { className: "tc-tell-empty", textContent: "Nowhere yet. Add this browser or another place below." });
  }
  return make("ul", { className: "tc-tell-list" }, ...desk.channels.map((channel) => channelRow(desk, channel)));
}

function channelRow(desk, channel) {
  const address = `${CHANNELS}/${channel.id}`;
  const test = make("button", { type: "button", textContent: channel.state === "unconfirmed" ? "Send code again" : "Test" });
  test.addEventListener("click", async () => {
    test.disabled = true;
    desk.notice.textContent = `Sending to ${nameOf(channel)}…`;
    const { answer, problem } = await send("POST", `${address}/test`);
    await refresh(desk, problem ?? answer.says, channel.id);
  });
  const remove = make("button", { type: "button", textContent: "Remove" });
  remove.addEventListener("click", async () => {
    const { problem } = await send("DELETE", address);
    await refresh(desk, problem ?? `${nameOf(channel)} is told no more.`);
  });
  for (const button of [test, remove]) button.setAttribute("aria-label", `${button.textContent}: ${nameOf(channel)}`);
  return make(
    "li",
    { dataset: { channel: channel.id } },
    make(
      "div",
      { className: "tc-tell-what" },
      make("strong", { textContent: channel.name || KINDS[channel.kind] }),
      make("span", { className: "tc-quiet", textContent: [channel.name && KINDS[channel.kind], channel.hint].filter(Boolean).join(" · ") }),
      make("span", { className: channel.state === "on" ? "tc-quiet" : "tc-tell-off", textContent: stateOf(channel) }),
    ),
    make("div", { className: "tc-tell-buttons" }, test, remove),
    channel.state === "unconfirmed" ? codeForm(desk, channel) : null,
  );
}

function nameOf(channel) {
  return channel.name || `${KINDS[channel.kind]} ${channel.hint}`;
}

function stateOf({ state, says, last_sent_at }) {
  if (state === "off") return `Off. ${says}`;
  if (state === "unconfirmed") return says;
  if (!last_sent_at) return "on, nothing sent yet";
  const at = new Date(last_sent_at).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return `on, last sent ${at}`;
}

function codeForm(desk, channel) {
  const code = make("input", { inputMode: "numeric", autocomplete: "one-time-code", maxLength: 10, required: true, size: 8, placeholder: "code" });
  code.setAttribute("aria-label", "Code");
  const form = make("form", { className: "tc-tell-code" }, code, make("button", { type: "submit", textContent: "Confirm" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { problem } = await send("POST", `${CHANNELS}/${channel.id}/confirm`, { code: code.value });
    if (problem) desk.notice.textContent = problem;
    else await refresh(desk, `${nameOf(channel)} is on.`, channel.id);
  });
  return form;
}

/** Kinds down, channels across; a tick tells there. */
function choiceTable(desk, back) {
  const head = make("tr", {}, make("td"), ...desk.channels.map((each) => make("th", { scope: "col", textContent: each.name || KINDS[each.kind] })));
  const rows = Object.entries(TOLD_OF).map(([kind, title]) => {
    const cells = desk.channels.map((channel) => {
      const chosen = desk.choices.channels[kind];
      const tick = make("input", { type: "checkbox", checked: !chosen || chosen.includes(channel.id) });
      tick.setAttribute("aria-label", `${title} to ${nameOf(channel)}`);
      tick.dataset.channel = channel.id;
      return make("td", {}, tick);
    });
    const row = make("tr", {}, make("th", { scope: "row", textContent: title }), ...cells);
    row.addEventListener("change", () => {
      const ticks = [...row.querySelectorAll("input")];
      const ids = ticks.filter((tick) => tick.checked).map((tick) => tick.dataset.channel);
      desk.choices.channels[kind] = ids.length === ticks.length ? null : ids;
      save(desk, back);
    });
    return row;
  });
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  return make("section", {}, make("h3", { textContent: "What goes where" }), make("div", { className: "tc-tell-table" }, table));
}

function quietHours(desk, back) {
  const { quiet, zone } = desk.choices;
  const isOn = make("input", { type: "checkbox", checked: Boolean(quiet) });
  const start = make("input", { type: "time", value: quiet?.start ?? "22:00", required: true });
  const end = make("input", { type: "time", value: quiet?.end ?? "07:00", required: true });
  const zones = make("select");
  const known = Intl.supportedValuesOf?.("timeZone") ?? [];
  for (const each of new Set([zone, ...known])) zones.append(make("option", { value: each, textContent: each.replaceAll("_", " ") }));
  zones.value = zone;
  const fields = make("div", { className: "tc-tell-fields" }, labelled("From", start), labelled("Until", end), labelled("Clock of", zones));
  const section = make(
    "section",
    {},
    make("h3", { textContent: "Quiet hours" }),
    make("label", { className: "tc-tell-pick" }, isOn, make("span", { textContent: "Hold messages back at night and send them as one in the morning" })),
    fields,
  );
  const show = () => (fields.hidden = !isOn.checked);
  show();
  section.addEventListener("change", () => {
    show();
    if (!start.value || !end.value) return;
    desk.choices.quiet = isOn.checked ? { start: start.value, end: end.value } : null;
    desk.choices.zone = zones.value;
    save(desk, back);
  });
  return section;
}

async function save(desk, back) {
  const { problem } = await send("PUT", CHOICES, desk.choices);
  if (problem) await back();
  desk.notice.textContent = problem ?? "Saved.";
}

function labelled(text, field) {
  return make("label", {}, make("span", { textContent: text }), field);
}
