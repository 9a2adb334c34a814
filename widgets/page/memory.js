/**
 * What a card remembers while it is on the page. Chainlit evaluates an element again on every
 * change around it, so React state is lost; this is kept under the card's id instead.
 */

const kept = new Map();

/** The remembered value of `name` on a card, `initial` before anything was remembered. */
export function recall(cardId, name, initial) {
  return kept.get(`${cardId}:${name}`) ?? initial;
}

export function remember(cardId, name, value) {
  kept.set(`${cardId}:${name}`, value);
}

/** React state that survives the element being evaluated again. */
export function useMemory(React, cardId, name, initial) {
  const [value, setValue] = React.useState(() => recall(cardId, name, initial));
  const set = (next) => {
    remember(cardId, name, next);
    setValue(next);
  };
  return [value, set];
}
