/** A row that was read in a picture: its crop, its fields to correct, and what a member made of it. */

import { make } from "./screenshotparts.js";

const NUMBER = /^[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?$/;
const NUMBERS = new Set(["quantity", "strike", "entry_price"]);
const SURE = 0.98;

const OPTION = ["option"];
const DATED = ["option", "future"];
const FIELDS = [
  ["underlying", "Symbol", {}],
  ["kind", "Kind", { choices: ["stock", "option", "future", "crypto"] }],
  ["quantity", "Quantity", { inputMode: "decimal" }],
  ["right", "Right", { choices: ["call", "put"], only: OPTION }],
  ["strike", "Strike", { inputMode: "decimal", only: OPTION }],
  ["expiry", "Expiry", { type: "date", only: DATED }],
  ["entry_price", "Paid", { inputMode: "decimal", optional: true }],
];

/** A number as it was typed; null if it is none. */
export function numberIn(text) {
  const spelled = text.trim().replace("−", "-");
  return /\d/.test(spelled) && NUMBER.test(spelled) ? Number(spelled.replaceAll(",", "")) : null;
}

/** A row to look at; it can say whether it is taken, whether it is whole, and what it holds. */
export function rowOf(row) {
  const inputs = {};
  const chosen = make("input", { type: "checkbox", checked: true });
  const labels = FIELDS.map(([name, title, shape]) => {
    const seen = row.fields[name];
    inputs[name] = inputFor(shape, seen?.value);
    return labelFor(title, shape, seen, inputs[name]);
  });
  const show = () => labels.forEach((label, index) => {
    const only = FIELDS[index][2].only;
    label.hidden = only !== undefined && !only.includes(inputs.kind.value);
  });
  inputs.kind.addEventListener("input", show);
  show();
  const crop = make("img", { src: row.crop.url, alt: "This row in your picture", loading: "lazy" });
  const node = make(
    "section",
    { className: "tc-shot-row" },
    make("label", { className: "tc-shot-pick" }, chosen, make("span", { textContent: row.group ? `Leg of ${row.group}` : "Take this row" })),
    make("div", { className: "tc-shot-crop", tabIndex: 0 }, crop),
    make("div", { className: "tc-shot-fields" }, ...labels),
    ...row.doubts.map((doubt) => make("p", { className: "tc-shot-doubt", textContent: doubt })),
  );
  node.addEventListener("input", () => node.classList.toggle("tc-shot-left", !chosen.checked));
  return remembered(node, chosen, inputs, row.group);
}

function remembered(node, chosen, inputs, group) {
  const applies = (shape) => !shape.only || shape.only.includes(inputs.kind.value);
  const isRight = (name, shape) => {
    const text = inputs[name].value.trim();
    if (!text) return Boolean(shape.optional) || !applies(shape);
    if (!NUMBERS.has(name)) return true;
    const number = numberIn(text);
    return number !== null && (name !== "quantity" || number !== 0);
  };
  const check = () => {
    let isWhole = true;
    for (const [name, , shape] of FIELDS) {
      const isFine = isRight(name, shape);
      inputs[name].setAttribute("aria-invalid", String(!isFine));
      isWhole &&= isFine;
    }
    return isWhole;
  };
  const values = () => {
    const [isOption, isDated] = [OPTION, DATED].map((kinds) => kinds.includes(inputs.kind.value));
    const number = (name) => numberIn(inputs[name].value);
    return {
      underlying: inputs.underlying.value.trim(),
      kind: inputs.kind.value,
      quantity: number("quantity"),
      right: isOption ? inputs.right.value : null,
      strike: isOption ? number("strike") : null,
      expiry: isDated ? inputs.expiry.value : null,
      price: number("entry_price"),
      group: (group ?? "").slice(0, 80),
    };
  };
  const focus = () => node.querySelector('[aria-invalid="true"]')?.focus();
  return { node, isChosen: () => chosen.checked, check, values, focus };
}

function labelFor(title, shape, seen, input) {
  const sure = seen ? `${(100 * seen.confidence).toFixed(1)} %` : "not read";
  const isUnsure = seen ? seen.confidence < SURE : !shape.optional;
  const beside = make("small", { textContent: isUnsure ? `${sure}, check` : sure, title: seen ? `read as “${seen.text}”` : "" });
  return make("label", { dataset: { unsure: isUnsure ? "yes" : "" } }, make("span", { textContent: title }), input, beside);
}

function inputFor(shape, value) {
  if (!shape.choices) {
    const input = make("input", { type: shape.type ?? "text", value: value ?? "", autocomplete: "off", spellcheck: false });
    if (shape.inputMode) input.inputMode = shape.inputMode;
    return input;
  }
  const select = make("select");
  select.append(make("option", { value: "", textContent: "–" }));
  for (const choice of shape.choices) select.append(make("option", { value: choice, textContent: choice }));
  select.value = value ?? "";
  return select;
}
