/** Adding a place to be told: this browser by a click, another by what its kind needs. */

import { make, send } from "./made.js";
import { hindrance, subscribe } from "./push.js";

export const KINDS = {
  web_push: "Browser",
  email: "E-mail",
  webhook: "Web-hook",
  telegram: "Telegram",
  discord: "Discord",
  slack: "Slack",
};

const CHANNELS = "/api/v1/channels";
const FIELDS = {
  email: [["address", "Address", { type: "email", autocomplete: "email" }]],
  webhook: [["url", "Address", { type: "url", placeholder: "https://" }]],
  telegram: [
    ["token", "Bot's token", { type: "password" }],
    ["chat", "Chat", { placeholder: "-1001234567890" }],
  ],
  discord: [["url", "Web-hook", { type: "password" }]],
  slack: [["url", "Web-hook", { type: "password" }]],
};
const HINTS = {
  email: "A code is sent there first.",
  webhook: "JSON, signed after Standard Webhooks; its id says whether you have seen it.",
  telegram: "@BotFather makes a bot and gives its token; write to it once, or add it to your group.",
  discord: "In the channel's settings: Integrations, Webhooks, New Webhook, Copy URL.",
  slack: "In Slack: an app with Incoming Webhooks, then copy its Webhook URL.",
};

/** The form; it speaks through `notice`, and `done(channel, text)` hears of what was added. */
export function channelForm(offer, notice, done) {
  const kinds = offer.kinds.filter((kind) => FIELDS[kind]);
  const choice = make("select");
  choice.append(...kinds.map((kind) => make("option", { value: kind, textContent: KINDS[kind] })));
  const fields = make("div", { className: "tc-tell-fields" });
  const hint = make("p", { className: "tc-quiet" });
  const show = () => {
    fields.replaceChildren(...FIELDS[choice.value].map(field), nameField());
    hint.textContent = HINTS[choice.value];
  };
  choice.addEventListener("change", show);
  show();
  const form = make(
    "form",
    { className: "tc-tell-add", autocomplete: "off" },
    make("label", {}, make("span", { textContent: "Another place" }), choice),
    fields,
    hint,
    make("button", { type: "submit", textContent: "Add" }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { kind: choice.value, ...Object.fromEntries(new FormData(form)) };
    notice.textContent = "Adding…";
    store(body, notice, done);
  });
  return make("section", {}, make("h3", { textContent: "Add" }), browserButton(offer, notice, done), form);
}

function browserButton(offer, notice, done) {
  const button = make("button", { type: "button", className: "tc-dialog-main", textContent: "Tell this browser" });
  button.addEventListener("click", async () => {
    notice.textContent = "Waiting for this browser…";
    const { subscription, name, problem } = await subscribe(offer.push_key);
    if (problem) notice.textContent = problem;
    else await store({ kind: "web_push", subscription, name }, notice, done);
  });
  const problem = hindrance();
  button.disabled = Boolean(problem);
  return make("div", {}, button, problem ? make("p", { className: "tc-quiet", textContent: problem }) : null);
}

async function store(body, notice, done) {
  const { answer, problem } = await send("POST", CHANNELS, body);
  if (problem) {
    notice.textContent = problem;
    return;
  }
  const secret = answer.signing_secret;
  done(answer.channel, secret ? `Copy the signing secret now, it is not shown again: ${secret}` : answer.says);
}

function field([name, title, shape]) {
  const input = make("input", { name, required: true, maxLength: 2000, spellcheck: false, type: "text", autocomplete: "off", ...shape });
  if (shape.type === "password") input.autocomplete = "new-password";
  return make("label", {}, make("span", { textContent: title }), input);
}

function nameField() {
  const input = make("input", { name: "name", maxLength: 60, placeholder: "optional", autocomplete: "off" });
  return make("label", {}, make("span", { textContent: "Name" }), input);
}
