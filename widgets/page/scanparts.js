/** What cards of scans have in common: thumbs for a row, and saving what was looked for. */

import { remember, useMemory } from "./memory.js";

const THUMBS = [
  [true, "Good", "Good setup"],
  [false, "Bad", "Bad setup"],
];
/** Remembered of a thumb that was taken back. */
const NONE = "none";
/** Tabs of one browser tell each other of thumbs: what a card remembers is of its page. */
const tabs = typeof BroadcastChannel === "function" ? new BroadcastChannel("coach thumbs") : null;
tabs?.addEventListener("message", ({ data }) => remember(data.cardId, data.name, data.thumb));

/** How the server says that saving would change a scan. */
const TAKEN = "You have a scan of this name.";
const EVERY = [
  ["", "only when I ask"],
  ["1440", "daily"],
  ["60", "hourly"],
  ["5", "every 5 minutes"],
];

/** `Thumbs` and `SaveScan`; each is given the `callAction` of its card. */
export function scanParts(React) {
  const h = React.createElement;

  /** `row` names it among the card's rows, `symbol` for who hears it read. */
  function Thumbs({ callAction, cardId, row, symbol, liked }) {
    const memory = `thumb ${Object.values(row).join(" ")}`;
    const [thumb, setThumb] = useMemory(React, cardId, memory, liked);
    const rate = async (value) => {
      const before = thumb;
      const wanted = thumb === value ? null : value;
      setThumb(wanted ?? NONE);
      const answer = await callAction({ name: "rate_opportunity", payload: { card_id: cardId, ...row, liked: wanted } });
      if (answer && answer.success === false) setThumb(before);
      else tabs?.postMessage({ cardId, name: memory, thumb: wanted ?? NONE });
    };
    return THUMBS.map(([value, word, label]) =>
      h(
        "button",
        {
          type: "button",
          key: label,
          className: `tc-action tc-thumb ${thumb === value ? "tc-chosen" : ""}`,
          "aria-pressed": thumb === value,
          "aria-label": `${label}: ${symbol}`,
          onClick: () => rate(value),
        },
        word,
      ),
    );
  }

  function SaveScan({ callAction, cardId, savedAs }) {
    const [name, setName] = useMemory(React, cardId, "scan name", "");
    const [every, setEvery] = useMemory(React, cardId, "scan every", "");
    const [saved, setSaved] = useMemory(React, cardId, "scan saved", savedAs);
    const [fault, setFault] = useMemory(React, cardId, "scan fault", "");
    const isTaken = fault.startsWith(TAKEN);
    const save = async (event) => {
      event.preventDefault();
      setFault("");
      try {
        const payload = { card_id: cardId, name, every_minutes: every ? Number(every) : null };
        if (isTaken) payload.is_replacing = true;
        const answer = await callAction({ name: "save_scan", payload });
        if (answer && answer.success === false) throw new Error("It was not saved.");
        setSaved(name.trim());
      } catch (error) {
        setFault(error?.detail || error?.message || "It was not saved. Try again.");
      }
    };
    if (saved) {
      const words = h("span", { className: "tc-badge tc-quiet", role: "status" }, `saved as ${saved}`);
      return h("p", { className: "tc-confirm" }, words);
    }
    const options = EVERY.map(([value, label]) => h("option", { key: value, value }, label));
    return h(
      "form",
      { className: "tc-confirm tc-save", onSubmit: save },
      h("input", {
        className: "tc-input",
        value: name,
        maxLength: 60,
        required: true,
        placeholder: "Name this scan",
        "aria-label": "Name of the scan",
        onChange: (event) => {
          setFault("");
          setName(event.target.value);
        },
      }),
      h(
        "select",
        {
          className: "tc-input",
          value: every,
          "aria-label": "How often it runs",
          onChange: (event) => {
            setFault("");
            setEvery(event.target.value);
          },
        },
        options,
      ),
      h("button", { type: "submit", className: "tc-secondary" }, isTaken ? "Replace it" : "Save"),
      fault && h("p", { className: "tc-fault", role: "alert" }, fault),
    );
  }

  return { Thumbs, SaveScan };
}
