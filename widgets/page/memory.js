/**
 * What a card remembers while it is on the page. Chainlit evaluates an element again on every
 * change around it, so React state is lost; this is kept under the card's id instead. A card that
 * stands in the conversation and in the panel at once is one card: both hear what either remembers.
 */

const kept = new Map();
const listeners = new Map();

/** The remembered value of `name` on a card, `initial` before anything was remembered. */
export function recall(cardId, name, initial) {
  return kept.get(`${cardId}:${name}`) ?? initial;
}

export function remember(cardId, name, value) {
  kept.set(`${cardId}:${name}`, value);
  for (const listener of listeners.get(`${cardId}:${name}`) ?? []) listener(value);
}

function listen(cardId, name, listener) {
  const key = `${cardId}:${name}`;
  if (!listeners.has(key)) listeners.set(key, new Set());
  const heard = listeners.get(key).add(listener);
  return () => {
    heard.delete(listener);
    if (!heard.size) listeners.delete(key);
  };
}

/** React state that survives the element being evaluated again. */
export function useMemory(React, cardId, name, initial) {
  const [value, setValue] = React.useState(() => recall(cardId, name, initial));
  React.useEffect(() => listen(cardId, name, setValue), [cardId, name]);
  return [value, (next) => remember(cardId, name, next)];
}
