/** The theme's colours for what is drawn on a canvas, and when they change. */

const NAMES = ["up", "down", "up-wash", "down-wash", "resistance", "support", "pivot", "vwap", "average", "violet", "at", "text", "muted", "grid", "surface", "border", "label", "shade"];

/** `{up, down, resistance, …}` as CSS colours of the present theme. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--tc-${name}`).trim()]));
}

/** Calls `listener()` after the theme was switched. Returns the end. */
export function onThemeChange(listener) {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "style"] });
  return () => observer.disconnect();
}
