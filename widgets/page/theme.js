/** The theme's colours for what is drawn on a canvas, and when they change. */

const NAMES = ["up", "down", "up-wash", "down-wash", "resistance", "support", "pivot", "vwap", "average", "violet", "at", "text", "muted", "grid", "surface", "border", "label", "shade", "volume-row", "value-row", "control-row"];

const SWITCHED = { attributes: true, attributeFilter: ["class", "style"] };

let known = null;
new MutationObserver(() => { known = null; }).observe(document.documentElement, SWITCHED);

/** `{up, down, resistance, …}` as CSS colours of the present theme; read once, for ticks ask often. */
export function colours() {
  if (!known?.surface) known = read(); // no style sheet yet: nothing to keep
  return known;
}

function read() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--tc-${name}`).trim()]));
}

/** Calls `listener()` after the theme was switched. Returns the end. */
export function onThemeChange(listener) {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, SWITCHED);
  return () => observer.disconnect();
}
