/**
 * What a member did to a chart outlives the next sentence about it. Pure: cards in, state out.
 *
 * Decided: a sentence changes what it names. One that changes nothing on the card asks for the chart
 * as it says, so then the member's own timeframe and removals end; else they stay.
 */

const SAID = ["timeframe", "extended", "averages", "hide", "show", "profile", "marks", "compare", "zoom"];

/**
 * The `state` of a chart, `{timeframe, extended, removed, lineMode}`, when `card` follows `before`.
 * `removed` holds the keys of what the member took away.
 */
export function carried(before, card, state) {
  const lineMode = card.lines.length && !before.lines.length && state.lineMode === "none" ? "few" : state.lineMode;
  const changed = SAID.filter((name) => JSON.stringify(card[name]) !== JSON.stringify(before[name]));
  const isSame = changed.length === 0 && Boolean(card.lines.length) === Boolean(before.lines.length);
  if (isSame) return { ...asSent(card), lineMode: shown(lineMode) };
  const asked = (name) => (changed.includes(name) ? card[name] : state[name]);
  const [known, unhidden] = [named(before), before.hide.filter((family) => !card.hide.includes(family))];
  const wanted = [...named(card).filter((key) => !known.includes(key)), ...unhidden];
  return {
    timeframe: asked("timeframe"),
    extended: asked("extended"),
    removed: new Set([...state.removed].filter((key) => !wanted.includes(key))),
    lineMode: changed.includes("show") ? shown(lineMode) : lineMode,
  };
}

export function asSent({ timeframe, extended }) {
  return { timeframe, extended, removed: new Set(), lineMode: "few" };
}

function shown(lineMode) {
  return lineMode === "none" ? "few" : lineMode;
}

/** Keys of what a card asks for by name. */
function named({ averages, compare, marks, profile, show }) {
  return [...averages, ...compare, ...marks.map(({ text }) => text), ...show, ...(profile ? ["profile"] : [])];
}
