/**
 * A small line plot: one or two lines over numbers, with marks, a zero line and a reading under the
 * pointer. Lines are stretched, words are not: they stand in HTML above the drawing, so that they stay
 * readable at any width.
 */

let made = null;

/** The `Plot` component, made once for the page's React. */
export function plot(React) {
  made ??= make(React);
  return made;
}

const WIDE = 1000;
const HIGH = 400;
/** What a letter takes of the width where that is narrowest. */
const LETTER = 26;

function make(React) {
  const h = React.createElement;

  /**
   * `lines`: `[{points: [[x, y]], look}]`, the first of them is read under the pointer. `marks`:
   * `[{x, word, look}]`, vertical. `ticks`: `[{x, word}]` under the plot. `top`, `bottom`: words at the
   * upper and lower end. `signed` washes above and below zero. `reading(x, [y, …])`: a sentence.
   */
  function Plot({ lines, marks = [], ticks = [], top = "", bottom = "", signed = false, label, reading }) {
    const [at, setAt] = React.useState(null);
    const drawn = lines.filter(({ points }) => points.length > 1);
    if (!drawn.length) return null;
    const scale = scaleOf(drawn, signed);
    const move = (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      setAt(scale.left + ((event.clientX - box.left) / box.width) * (scale.right - scale.left));
    };
    const read = at === null ? "" : reading?.(at, drawn.map(({ points }) => valueAt(points, at))) ?? "";
    return h(
      "figure",
      { className: "tc-plot", role: "img", "aria-label": label },
      h("div", { className: "tc-plot-ends", "aria-hidden": true }, h("span", null, read || top)),
      h(
        "div",
        { className: "tc-plot-field", onPointerMove: move, onPointerLeave: () => setAt(null) },
        h(
          "svg",
          { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": true },
          signed && washes(h, drawn[0].points, scale),
          signed && h("line", { className: "tc-plot-zero", x1: 0, x2: WIDE, y1: scale.y(0), y2: scale.y(0) }),
          marks.map(({ x, look }) => vertical(h, scale.x(x), `tc-plot-mark ${look ?? ""}`)),
          drawn.map(({ points, look }) =>
            h("polyline", { key: look, className: look, points: points.map(([x, y]) => `${scale.x(x)},${scale.y(y)}`).join(" ") }),
          ),
          at !== null && vertical(h, scale.x(at), "tc-plot-pointer"),
        ),
        marks.map(({ x, word, look }) => word && placed(h, scale.x(x), word, `tc-plot-word ${look ?? ""}`)),
      ),
      h(
        "div",
        { className: "tc-plot-ticks", "aria-hidden": true },
        apart(ticks, scale).map(({ x, word }) => placed(h, scale.x(x), word, "")),
      ),
      bottom && h("div", { className: "tc-plot-ends", "aria-hidden": true }, h("span", null, bottom)),
    );
  }

  return { Plot };
}

function scaleOf(lines, signed) {
  const points = lines.flatMap((line) => line.points);
  const xs = points.map(([x]) => x);
  const ys = [...points.map(([, y]) => y), ...(signed ? [0] : [])];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const pad = (high - low || Math.abs(high) || 1) * 0.06;
  return {
    left,
    right,
    x: (value) => ((value - left) / (right - left || 1)) * WIDE,
    y: (value) => ((high + pad - value) / (high - low + 2 * pad)) * HIGH,
  };
}

/** The areas between the line and zero, above it and below it. */
function washes(h, points, scale) {
  const whole = withCrossings(points);
  return [["up", Math.max], ["down", Math.min]].map(([side, kept]) => {
    const outline = whole.map(([x, y]) => `${scale.x(x)},${scale.y(kept(y, 0))}`);
    const ends = [whole.at(-1), whole[0]].map(([x]) => `${scale.x(x)},${scale.y(0)}`);
    return h("polygon", { key: side, className: `tc-plot-${side}`, points: [...outline, ...ends].join(" ") });
  });
}

/** With the places where the line passes zero. */
function withCrossings(points) {
  return points.flatMap(([x, y], index) => {
    const [before, from] = points[index - 1] ?? [x, y];
    return y * from < 0 ? [[before + ((x - before) * from) / (from - y), 0], [x, y]] : [[x, y]];
  });
}

function vertical(h, x, className) {
  return h("line", { key: `${className}${x}`, className, x1: x, x2: x, y1: 0, y2: HIGH });
}

/** A word above or below its place; near an edge it leans inwards. */
function placed(h, x, word, className) {
  const part = (100 * x) / WIDE;
  if (part < 0 || part > 100) return null;
  const shift = part < 12 ? 0 : part > 88 ? -100 : -50;
  return h("span", { key: `${word}${x}`, className, style: { left: `${part}%`, transform: `translateX(${shift}%)` } }, word);
}

/** Ticks whose words do not run into each other on a phone; the last one stays. */
function apart(ticks, scale) {
  const kept = [];
  for (const tick of [...ticks].sort((one, other) => other.x - one.x)) {
    const last = kept.at(-1);
    const needed = last ? ((tick.word.length + last.word.length) / 2 + 2) * LETTER : 0;
    if (!last || scale.x(last.x) - scale.x(tick.x) > needed) kept.push(tick);
  }
  return kept;
}

/** Between the two points around `x`. */
function valueAt(points, x) {
  const right = points.findIndex(([each]) => each >= x);
  if (right <= 0) return points[right === 0 ? 0 : points.length - 1][1];
  const [[x0, y0], [x1, y1]] = [points[right - 1], points[right]];
  return y0 + ((x - x0) / (x1 - x0 || 1)) * (y1 - y0);
}
