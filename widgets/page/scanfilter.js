/**
 * The filter of a scan as a form: fields make a formula, the formula can be written by hand, and the
 * server counts what it lets through. Nothing is scanned before Run.
 */

import { useMemory } from "./memory.js";

const COUNT = "/api/v1/scans/count";
const PAUSE_MS = 350;
const SECTORS = [
  "technology", "semiconductors", "financials", "health", "energy", "industrials", "discretionary",
  "staples", "communication", "utilities", "materials", "real estate",
];
const CAPS = [
  ["", "any"],
  ["market_cap >= $200B", "mega, from 200B"],
  ["market_cap >= $10B", "large, from 10B"],
  ["market_cap >= $2B and market_cap < $10B", "mid, 2B to 10B"],
  ["market_cap >= $300M and market_cap < $2B", "small, 300M to 2B"],
];
const SIDES = [["", "any"], ["above", "above"], ["below", "below"]];
const AVERAGES = [["20", "20-day"], ["50", "50-day"], ["200", "200-day"]];
const BLANK = {
  sector: "", low: "", high: "", cap: "", trend: "", average: "200", rsi: "", rsiAt: "30", volume: "", options: "",
};

/** What the fields say, in the formula language; a field that holds no number says nothing. */
export function formulaOf(fields) {
  const number = (text) => (text.trim() !== "" && Number(text) > 0 ? String(Number(text)) : null);
  const [low, high, rsiAt, volume, options] = ["low", "high", "rsiAt", "volume", "options"].map((name) => number(fields[name]));
  return [
    low && `close >= ${low}`,
    high && `close <= ${high}`,
    fields.cap,
    fields.trend && `close ${fields.trend === "above" ? ">" : "<"} sma(${fields.average})`,
    fields.rsi && rsiAt && `rsi(14) ${fields.rsi === "above" ? ">" : "<"} ${rsiAt}`,
    volume && `volume > ${volume} * sma(volume, 20)`,
    options && `usual_option_volume >= ${options}`,
  ].filter(Boolean).join(" and ");
}

/** The form as a scan's card opens it: a condition it already has is kept as it is written. */
export function opened({ sector, min_price, max_price, where }) {
  const fields = { ...BLANK, sector: sector ?? "", low: min_price ?? "", high: max_price ?? "" };
  const made = formulaOf(fields);
  if (!where) return { fields, text: made, isByHand: false };
  const both = made ? `(${where}) and ${made}` : where;
  return { fields, text: both, isByHand: true };
}

/** `EditFilter`, which is given the `callAction` of its card and what that card's scan looked for. */
export function filterParts(React) {
  const h = React.createElement;

  function EditFilter({ callAction, cardId, search }) {
    const [isOpen, setOpen] = useMemory(React, cardId, "filter open", false);
    if (search.options) return null;
    return h(
      "div",
      { className: "tc-filter" },
      h(
        "button",
        { type: "button", className: "tc-secondary", "aria-expanded": isOpen, onClick: () => setOpen(!isOpen) },
        isOpen ? "Close filter" : "Edit filter",
      ),
      isOpen && h(Filter, { callAction, cardId, search }),
    );
  }

  function Filter({ callAction, cardId, search }) {
    const [state, setState] = useMemory(React, cardId, "filter", opened(search));
    const [fault, setFault] = useMemory(React, cardId, "filter fault", "");
    const { fields, text, isByHand } = state;
    const asked = { symbols: search.symbols ?? [], sector: fields.sector, where: text.trim() };
    const counted = useCount(asked);
    const change = (name, value) => {
      const next = { ...fields, [name]: value };
      setState({ fields: next, text: isByHand ? text : formulaOf(next), isByHand });
    };
    const run = async (event) => {
      event.preventDefault();
      setFault("");
      try {
        const answer = await callAction({ name: "ask_tool", payload: { tool: "scan_market", arguments: scanOf(search, asked) } });
        if (answer && answer.success === false) throw new Error("It was not run.");
      } catch (error) {
        setFault(error?.detail || error?.message || "It was not run. Try again.");
      }
    };
    const field = { fields, change, isOff: isByHand };
    return h(
      "form",
      { className: "tc-filter-form", onSubmit: run },
      h(
        "div",
        { className: "tc-filter-fields" },
        h(Labelled, { label: "Sector" }, h(Choice, { ...field, isOff: false, name: "sector", label: "Sector", options: [["", "any"], ...sectors(fields.sector)] })),
        h(Labelled, { label: "Market cap" }, h(Choice, { ...field, name: "cap", label: "Market cap", options: CAPS })),
        h(Labelled, { label: "Price" }, h(Amount, { ...field, name: "low", label: "Price from", hint: "from" }), h(Amount, { ...field, name: "high", label: "Price to", hint: "to" })),
        h(Labelled, { label: "Trend" }, h(Choice, { ...field, name: "trend", label: "Above or below the average", options: SIDES }), h(Choice, { ...field, name: "average", label: "Average", options: AVERAGES })),
        h(Labelled, { label: "RSI 14" }, h(Choice, { ...field, name: "rsi", label: "RSI above or below", options: SIDES }), h(Amount, { ...field, name: "rsiAt", label: "RSI", hint: "30" })),
        h(Labelled, { label: "Volume, times usual" }, h(Amount, { ...field, name: "volume", label: "Volume, times usual", hint: "from" })),
        h(Labelled, { label: "Option volume a day" }, h(Amount, { ...field, name: "options", label: "Usual option volume", hint: "from" })),
      ),
      h(
        "label",
        { className: "tc-filter-formula" },
        h("span", { className: "tc-under" }, isByHand ? "Formula, written by hand" : "Formula"),
        h("textarea", {
          className: "tc-input",
          rows: 3,
          maxLength: 1000,
          spellCheck: false,
          value: text,
          placeholder: "everything passes",
          onChange: (event) => setState({ fields, text: event.target.value, isByHand: true }),
        }),
      ),
      isByHand && h("button", { type: "button", className: "tc-action", onClick: () => setState({ fields, text: formulaOf(fields), isByHand: false }) }, "Use the fields again"),
      h(Tally, { counted }),
      h("div", { className: "tc-filter-acts" }, h("button", { type: "submit", className: "tc-primary", disabled: counted.state === "fault" }, "Run")),
      fault && h("p", { className: "tc-fault", role: "alert" }, fault),
    );
  }

  function Labelled({ label, children }) {
    return h("div", { className: "tc-filter-field" }, h("span", { className: "tc-under", "aria-hidden": true }, label), h("span", null, children));
  }

  function Choice({ fields, change, isOff, name, label, options }) {
    const drawn = options.map(([value, words]) => h("option", { key: value, value }, words));
    return h("select", { className: "tc-input", "aria-label": label, disabled: isOff, value: fields[name], onChange: (event) => change(name, event.target.value) }, drawn);
  }

  function Amount({ fields, change, isOff, name, label, hint }) {
    return h("input", {
      className: "tc-input",
      type: "number",
      inputMode: "decimal",
      min: 0,
      step: "any",
      "aria-label": label,
      placeholder: hint,
      disabled: isOff,
      value: fields[name],
      onChange: (event) => change(name, event.target.value),
    });
  }

  /** What the server counts, once nothing was typed for a moment; an answer to an older question is dropped. */
  function useCount(asked) {
    const [counted, setCounted] = React.useState({ state: "counting" });
    const question = JSON.stringify(asked);
    React.useEffect(() => {
      const abort = new AbortController();
      setCounted((before) => ({ ...before, state: "counting" }));
      const wait = setTimeout(async () => {
        const answer = await ask(question, abort.signal);
        if (!abort.signal.aborted) setCounted(answer);
      }, PAUSE_MS);
      return () => {
        clearTimeout(wait);
        abort.abort();
      };
    }, [question]);
    return counted;
  }

  function Tally({ counted }) {
    const { state, body, fault } = counted;
    const unknown = Object.entries(body?.without ?? {}).filter(([, number]) => number > 0);
    return h(
      "div",
      { className: "tc-filter-tally", role: "status", "data-state": state },
      state === "fault" && h("span", { className: "tc-fault" }, fault),
      state !== "fault" && body && h("strong", null, `${body.passing} of ${body.considered}`),
      state === "counting" && h("span", { className: "tc-under" }, "Counting…"),
      state === "counted" && body.named.length > 0 && h("span", { className: "tc-under" }, `${body.named.join(", ")}${body.passing > body.named.length ? " and others" : ""}`),
      state === "counted" && unknown.map(([name, number]) => h("span", { className: "tc-under", key: name }, `${number} have no ${name.replaceAll("_", " ")} that is known here`)),
    );
  }

  return { EditFilter };
}

function sectors(chosen) {
  const names = chosen && !SECTORS.includes(chosen) ? [...SECTORS, chosen] : SECTORS;
  return names.map((name) => [name, name]);
}

/** The call that runs it: what the card's scan looked for, with this filter in place of its own. */
function scanOf({ setups, direction, min_reward_to_risk }, { symbols, sector, where }) {
  const all = { setups, direction, min_reward_to_risk, symbols, sector, where };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => (Array.isArray(value) ? value.length : value)));
}

async function ask(question, signal) {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(COUNT, { method: "POST", headers, body: question, signal });
    const body = await response.json();
    if (!response.ok) return { state: "fault", fault: body.detail || "It could not be counted." };
    return { state: "counted", body };
  } catch {
    return { state: "fault", fault: "It could not be counted: the coach does not answer." };
  }
}
