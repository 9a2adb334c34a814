/**
 * Addresses that TradingView, TrendSpider or a script of one's own post signals to: a part of the dialog
 * behind the bell.
 *
 * What a new address holds is shown once, to be copied, and is gone when the dialog closes.
 */

import { make, send } from "./made.js";

const SOURCES = "/api/v1/signals/sources";
const SENDERS = { tradingview: "TradingView", trendspider: "TrendSpider", signed: "Signed web-hook" };

/** The section; it draws itself anew, so that a fresh address stays while the rest of the dialog changes. */
export function signalSection(notice) {
  const list = make("div");
  const fresh = make("div");
  const section = make(
    "section",
    {},
    make("h3", { textContent: "Signals from outside" }),
    make("p", { className: "tc-quiet", textContent: "What others send comes into the conversation as an opportunity, named as theirs and not checked." }),
    list,
    fresh,
    addressForm(notice, async (made) => {
      fresh.replaceChildren(shownOnce(made, notice));
      await refresh(list, notice);
      const address = fresh.querySelector("textarea");
      address.select();
      address.scrollIntoView({ block: "center" });
    }),
  );
  refresh(list, notice);
  return section;
}

async function refresh(list, notice) {
  const { answer, problem } = await send("GET", SOURCES);
  if (problem) list.replaceChildren(make("p", { role: "alert", textContent: problem }));
  else list.replaceChildren(make("ul", { className: "tc-tell-list" }, ...answer.sources.map((source) => row(source, list, notice))));
}

function row(source, list, notice) {
  const name = source.name || SENDERS[source.kind];
  const revoke = make("button", { type: "button", textContent: "Revoke" });
  revoke.setAttribute("aria-label", `Revoke: ${name}`);
  revoke.addEventListener("click", async () => {
    const { problem } = await send("DELETE", `${SOURCES}/${source.id}`);
    await refresh(list, notice);
    notice.textContent = problem ?? `${name} can send no more.`;
  });
  return make(
    "li",
    {},
    make(
      "div",
      { className: "tc-tell-what" },
      make("strong", { textContent: name }),
      make("span", { className: "tc-quiet", textContent: [source.name && SENDERS[source.kind], heard(source)].filter(Boolean).join(" · ") }),
    ),
    make("div", { className: "tc-tell-buttons" }, revoke),
  );
}

function heard({ heard_at }) {
  if (!heard_at) return "nothing came yet";
  const at = new Date(heard_at).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return `last signal ${at}`;
}

function addressForm(notice, done) {
  const kind = make("select");
  kind.append(...Object.entries(SENDERS).map(([value, textContent]) => make("option", { value, textContent })));
  const label = make("input", { maxLength: 60, placeholder: "optional", autocomplete: "off" });
  const form = make(
    "form",
    { className: "tc-tell-add", autocomplete: "off" },
    make(
      "div",
      { className: "tc-tell-fields" },
      make("label", {}, make("span", { textContent: "Sender" }), kind),
      make("label", {}, make("span", { textContent: "Label" }), label),
    ),
    make("button", { type: "submit", textContent: "Make an address" }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { answer, problem } = await send("POST", SOURCES, { kind: kind.value, name: label.value });
    notice.textContent = problem ?? "Copy it now, it is not shown again.";
    if (problem) return;
    form.reset();
    await done(answer);
  });
  return form;
}

function shownOnce({ address, signing_secret, paste, says }, notice) {
  const texts = [["Address", address], ["Signing secret", signing_secret], ["Message", paste]];
  return make(
    "div",
    { className: "tc-tell-once" },
    make("p", { className: "tc-quiet", textContent: says }),
    ...texts.filter(([, text]) => text).map(([title, text]) => copied(title, text, notice)),
  );
}

function copied(title, text, notice) {
  const field = make("textarea", { value: text, readOnly: true, rows: 2, spellcheck: false });
  field.setAttribute("aria-label", title);
  const copy = make("button", { type: "button", textContent: "Copy" });
  copy.setAttribute("aria-label", `Copy: ${title}`);
  copy.addEventListener("click", async () => {
    field.select();
    const isCopied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
    notice.textContent = isCopied ? `${title} copied.` : "Copy what is selected.";
  });
  return make("div", { className: "tc-tell-fields" }, make("label", {}, make("span", { textContent: title }), field), copy);
}
