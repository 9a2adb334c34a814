/**
 * Pictures of a broker's screen: sent, read, shown as rows beside their crops, corrected and
 * confirmed. Nothing is a position before the click; what a picture says is text here, never markup.
 */

import { remembered } from "./screenshotrows.js";

const ADDRESS = "/api/v1/screenshots";

/** Sends `files` one after the other; `say` shows progress, `done` hears that positions were made. */
export async function readPictures(files, say, done) {
  const readings = [];
  for (const [index, file] of files.entries()) {
    const which = files.length > 1 ? `picture ${index + 1} of ${files.length}` : "the picture";
    say(`Sending and reading ${which}. It becomes no position before you confirm.`);
    const answer = await send(file);
    if (answer.problem) {
      say(files.length > 1 ? `${file.name}: ${answer.problem}` : answer.problem, 8_000);
      if (files.length > 1) await new Promise((resolve) => setTimeout(resolve, 2_500));
      continue;
    }
    readings.push(answer.reading);
  }
  const found = readings.filter((reading) => reading.rows.length);
  for (const reading of found) open(reading, done);
  if (found.length) say("");
  else if (readings.length) say(readings.at(-1).says, 8_000);
  for (const reading of readings) if (!reading.rows.length) forget(reading);
}

async function send(file) {
  const body = new FormData();
  body.append("pictures", file, file.name || "picture");
  const response = await fetch(ADDRESS, { method: "POST", body }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (!response?.ok) {
    return { problem: answer?.detail ?? "The picture could not be sent. Your connection or the server is down." };
  }
  return { reading: answer.screenshots[0] };
}

/** A picture that shows no positions is of no use to anybody. */
function forget(reading) {
  return fetch(`${ADDRESS}/${reading.id}`, { method: "DELETE" }).catch(() => null);
}

function make(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset ?? {});
  node.append(...children.filter((child) => child !== null));
  return node;
}

function open(reading, done) {
  const dialog = make("dialog", { className: "tc-shot" });
  dialog.setAttribute("aria-label", "Positions in your picture");
  const rows = reading.rows.map((row) => rowOf(row));
  const notice = make("p", { className: "tc-shot-notice", role: "status" });
  const confirm = make("button", { className: "tc-shot-confirm", type: "button" });
  const count = () => rows.filter((row) => row.isChosen()).length;
  const refresh = () => {
    confirm.textContent = count() === 1 ? "Confirm 1 position" : `Confirm ${count()} positions`;
    confirm.disabled = count() === 0;
  };
  for (const row of rows) row.node.addEventListener("input", refresh);
  confirm.addEventListener("click", async () => {
    const chosen = rows.filter((row) => row.isChosen());
    const wrong = chosen.find((row) => !row.check());
    if (wrong) {
      notice.textContent = "A marked field is missing. Fill it in, or take the row out.";
      return wrong.focus();
    }
    confirm.disabled = true;
    const problem = await store(reading, chosen.map((row) => row.values()));
    if (problem) {
      notice.textContent = problem;
      return refresh();
    }
    dialog.close();
    done(chosen.length);
  });
  const drop = make("button", { type: "button", textContent: "Delete picture" });
  drop.addEventListener("click", async () => {
    await forget(reading);
    dialog.close();
  });
  const later = make("button", { type: "button", textContent: "Close" });
  later.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  const until = new Date(reading.kept_until).toLocaleDateString(undefined, { day: "numeric", month: "short" });
  dialog.append(
    make("header", {}, make("h2", { textContent: "Positions in your picture" }), make("span", { textContent: reading.broker === "unknown" ? "" : reading.broker })),
    make("p", { textContent: `${reading.says} Nothing is stored as a position yet; the picture is deleted on ${until}.` }),
    ...reading.doubts.map((doubt) => make("p", { className: "tc-shot-doubt", textContent: doubt })),
    make("div", { className: "tc-shot-rows" }, ...rows.map((row) => row.node)),
    notice,
    make("footer", {}, confirm, drop, later),
  );
  document.body.append(dialog);
  refresh();
  dialog.showModal();
}

async function store(reading, rows) {
  const response = await fetch(`${ADDRESS}/${reading.id}/confirm`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ rows }),
  }).catch(() => null);
  if (response?.ok) return null;
  const answer = await response?.json().catch(() => null);
  return answer?.detail ?? "The positions could not be stored. Your connection or the server is down.";
}

const FIELDS = [
  ["underlying", "Symbol", { size: 7 }],
  ["kind", "Kind", { choices: ["stock", "option"] }],
  ["quantity", "Quantity", { inputMode: "decimal", size: 7 }],
  ["right", "Right", { choices: ["call", "put"], option: true }],
  ["strike", "Strike", { inputMode: "decimal", size: 8, option: true }],
  ["expiry", "Expiry", { type: "date", option: true }],
  ["entry_price", "Paid", { inputMode: "decimal", size: 8, optional: true }],
];

function rowOf(row) {
  const inputs = {};
  const chosen = make("input", { type: "checkbox", checked: true });
  const labels = FIELDS.map(([name, title, shape]) => {
    const seen = row.fields[name];
    const input = inputFor(shape, seen?.value);
    inputs[name] = input;
    const sure = seen ? `${(100 * seen.confidence).toFixed(1)} %` : "not read";
    const isUnsure = seen ? seen.confidence < 0.95 : !shape.optional;
    const beside = make("small", { textContent: sure, title: seen ? `read as “${seen.text}”` : "" });
    return make("label", { dataset: { option: shape.option ? "yes" : "", unsure: isUnsure ? "yes" : "" } }, make("span", { textContent: title }), input, beside);
  });
  const show = () => {
    const isOption = inputs.kind.value === "option";
    for (const label of labels) label.hidden = label.dataset.option === "yes" && !isOption;
  };
  inputs.kind.addEventListener("input", show);
  show();
  const crop = make("img", { src: row.crop.url, alt: "This row in your picture", loading: "lazy" });
  const node = make(
    "section",
    { className: "tc-shot-row" },
    make("label", { className: "tc-shot-pick" }, chosen, make("span", { textContent: row.group ? `Leg of ${row.group}` : "Take this row" })),
    crop,
    make("div", { className: "tc-shot-fields" }, ...labels),
    ...row.doubts.map((doubt) => make("p", { className: "tc-shot-doubt", textContent: doubt })),
  );
  return remembered(node, chosen, inputs, FIELDS);
}

function inputFor(shape, value) {
  if (!shape.choices) {
    const { size, inputMode, type } = shape;
    const input = make("input", { type: type ?? "text", value: value ?? "", autocomplete: "off", spellcheck: false });
    if (size) input.size = size;
    if (inputMode) input.inputMode = inputMode;
    return input;
  }
  const select = make("select");
  select.append(make("option", { value: "", textContent: "–" }));
  for (const choice of shape.choices) select.append(make("option", { value: choice, textContent: choice }));
  select.value = value ?? "";
  return select;
}
