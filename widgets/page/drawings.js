/** What the coach draws over the candles: level lines with labels that keep apart, session shading. */

const LABEL_HEIGHT = 16;
const LABEL_STEP = LABEL_HEIGHT + 1;
const LABEL_PADDING = 6;
const FAMILY_STRETCH = 0.4;
/** On a narrower chart a label is the level's name alone: its price is on the axis. */
export const NARROW_PX = 420;

/**
 * Gives each line a `labelY` so that no label covers another, each as near to its line as all of
 * them allow: heights less their rank, made non-decreasing by pooling neighbours (isotonic
 * regression), have the least squared displacement. Lines beyond what the height can hold get none;
 * those first in `lines` have precedence.
 */
export function keepApart(lines, height) {
  const room = Math.floor((height - LABEL_HEIGHT) / LABEL_STEP) + 1;
  const placed = lines.slice(0, Math.max(0, room)).sort((one, other) => one.y - other.y);
  const lowest = height - LABEL_HEIGHT / 2 - (placed.length - 1) * LABEL_STEP;
  const pooled = nonDecreasing(placed.map((line, rank) => line.y - rank * LABEL_STEP));
  return placed.map((line, rank) => {
    const top = Math.min(Math.max(pooled[rank], LABEL_HEIGHT / 2), lowest);
    return { ...line, labelY: top + rank * LABEL_STEP };
  });
}

function nonDecreasing(values) {
  const pools = [];
  for (const value of values) {
    let pool = { sum: value, count: 1 };
    while (pools.length && pools.at(-1).sum / pools.at(-1).count > pool.sum / pool.count) {
      const above = pools.pop();
      pool = { sum: above.sum + pool.sum, count: above.count + pool.count };
    }
    pools.push(pool);
  }
  return pools.flatMap(({ sum, count }) => Array(count).fill(sum / count));
}

/** Lines of one price become one, named after the first: "OR5L +3". */
export function together(lines) {
  const byPrice = new Map();
  for (const line of lines) byPrice.set(line.text, [...(byPrice.get(line.text) ?? []), line]);
  return [...byPrice.values()].map(([first, ...others]) =>
    others.length ? { ...first, name: `${first.name} +${others.length}` } : first,
  );
}

/**
 * Pinned lines out of view, with the `edge` that a label there points over: every mark and average,
 * of a family of levels the nearest one on each side.
 */
export function atEdges(lines, height) {
  const found = new Map();
  for (const line of lines) {
    const edge = line.y < 0 ? "▲" : line.y > height ? "▼" : "";
    if (!line.isPinned || !edge) continue;
    const key = `${edge}${line.kind === "mark" || line.kind === "average" ? line.name + line.text : line.kind}`;
    const known = found.get(key);
    const isNearer = !known || (edge === "▲" ? line.y > known.at : line.y < known.at);
    if (isNearer) found.set(key, { ...line, edge, at: line.y, y: edge === "▲" ? 0 : height });
  }
  return [...found.values()];
}

/**
 * Horizontal lines `{name, kind, price, text, away, colour, isPinned, isOnlyEdge}` with a label at the
 * right edge. What is pinned and out of view has a label that points to it; `isOnlyEdge` nothing else.
 */
export class LevelLines {
  #seen;
  #series = null;
  #requestUpdate = null;
  #lines = [];
  #look = {};

  /** `seen` tells the lowest and highest price of the bars in view. */
  constructor(seen) {
    this.#seen = seen;
  }

  attached({ series, requestUpdate }) {
    this.#series = series;
    this.#requestUpdate = requestUpdate;
  }

  detached() {
    this.#series = null;
  }

  show(lines, look) {
    this.#lines = lines;
    this.#look = look;
    this.#requestUpdate?.();
  }

  paneViews() {
    return [{ zOrder: () => "top", renderer: () => ({ draw: (target) => this.#draw(target) }) }];
  }

  /** Lines within one height of what is seen widen the view; farther ones would flatten the bars. */
  autoscaleInfo() {
    const seen = this.#seen();
    if (!seen) return null;
    const prices = this.#lines.filter((line) => widens(line, seen)).map((line) => line.price);
    if (prices.length === 0) return null;
    return { priceRange: { minValue: Math.min(...prices), maxValue: Math.max(...prices) } };
  }

  #draw(target) {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const placeable = this.#lines
        .map((line) => ({ ...line, y: this.#series?.priceToCoordinate(line.price) ?? null }))
        .filter(({ y }) => y !== null);
      const inside = placeable.filter(({ y, isOnlyEdge }) => !isOnlyEdge && y >= 0 && y <= mediaSize.height);
      const seen = [...atEdges(placeable, mediaSize.height), ...inside];
      context.font = this.#look.font;
      context.textBaseline = "middle";
      const placed = keepApart(seen, mediaSize.height).map((line) => measured(context, line, mediaSize.width));
      for (const line of placed.filter(({ edge }) => !edge)) drawLine(context, line);
      for (const line of placed) drawLabel(context, line, mediaSize.width, this.#look);
    });
  }
}

/** Whether a line widens the view; a family that is pinned whole would flatten it, half as far. */
export function widens({ price, kind, isPinned, isOnlyEdge }, { low, high }) {
  const room = (high - low) * (isPinned && kind !== "mark" ? FAMILY_STRETCH : 1);
  return !isOnlyEdge && low - room <= price && price <= high + room;
}

function measured(context, line, width) {
  const isNarrow = width < NARROW_PX;
  const name = isNarrow && line.edge && line.kind === "mark" ? line.text : line.name;
  const whole = isNarrow ? name : `${line.name} ${line.text} (${line.away})`;
  const label = line.edge ? `${line.edge} ${whole}` : whole;
  return { ...line, label, left: width - context.measureText(label).width - 2 * LABEL_PADDING };
}

function drawLine(context, { y, labelY, left, kind, colour }) {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash(kind === "pivot" ? [2, 3] : []);
  context.beginPath();
  context.moveTo(0, Math.round(y) + 0.5);
  context.lineTo(left - 12, Math.round(y) + 0.5);
  context.lineTo(left, Math.round(labelY) + 0.5);
  context.stroke();
  context.setLineDash([]);
}

function drawLabel(context, { label, labelY, left, colour }, width, look) {
  const top = Math.round(labelY - LABEL_HEIGHT / 2);
  context.fillStyle = look.surface;
  context.fillRect(left, top, width - left, LABEL_HEIGHT);
  context.strokeStyle = colour;
  context.strokeRect(left + 0.5, top + 0.5, width - left - 1, LABEL_HEIGHT - 1);
  context.fillStyle = colour;
  context.fillText(label, left + LABEL_PADDING, labelY + 0.5);
}

/** A wash behind bars outside regular hours. */
export class SessionShade {
  #chart = null;
  #requestUpdate = null;
  #runs = [];
  #colour = "";

  attached({ chart, requestUpdate }) {
    this.#chart = chart;
    this.#requestUpdate = requestUpdate;
  }

  detached() {
    this.#chart = null;
  }

  /** `runs` are `[first, last]` axis times of neighbouring bars. */
  show(runs, colour) {
    this.#runs = runs;
    this.#colour = colour;
    this.#requestUpdate?.();
  }

  paneViews() {
    return [{ zOrder: () => "bottom", renderer: () => ({ draw: () => {}, drawBackground: (target) => this.#draw(target) }) }];
  }

  #draw(target) {
    const scale = this.#chart?.timeScale();
    if (!scale) return;
    const half = scale.options().barSpacing / 2;
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.fillStyle = this.#colour;
      for (const [first, last] of this.#runs) {
        const [from, to] = [scale.timeToCoordinate(first), scale.timeToCoordinate(last)];
        if (from !== null && to !== null) context.fillRect(from - half, 0, to - from + 2 * half, mediaSize.height);
      }
    });
  }
}

/** Runs of neighbouring bars outside the regular hours; `sessions` as the bars route sends them. */
export function extendedRuns(bars, sessions) {
  const runs = [];
  let open = null;
  let next = 0;
  for (const { time, axis } of bars) {
    while (next < sessions.length && sessions[next].close <= time) next += 1;
    const isRegular = next < sessions.length && sessions[next].open <= time;
    if (isRegular) open = null;
    else if (open) open[1] = axis;
    else runs.push((open = [axis, axis]));
  }
  return runs;
}
