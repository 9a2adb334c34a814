/** What the coach draws over the candles: level lines with labels that keep apart, session shading. */

const LABEL_HEIGHT = 16;
const LABEL_PADDING = 6;
/** On a narrower chart a label is the level's name alone: its price is on the axis. */
export const NARROW_PX = 420;

/** Labels pushed apart so that none covers another; they stay in the order of their lines. */
export function keepApart(lines, height) {
  const placed = [...lines].sort((one, other) => one.y - other.y);
  let floor = LABEL_HEIGHT / 2;
  for (const line of placed) {
    line.labelY = Math.max(line.y, floor);
    floor = line.labelY + LABEL_HEIGHT + 1;
  }
  let ceiling = height - LABEL_HEIGHT / 2;
  for (const line of placed.reverse()) {
    line.labelY = Math.min(line.labelY, ceiling);
    ceiling = line.labelY - LABEL_HEIGHT - 1;
  }
  return placed;
}

/** Horizontal lines `{name, kind, price, text, colour, isNear}` with a label at the right edge. */
export class LevelLines {
  #series = null;
  #requestUpdate = null;
  #lines = [];
  #look = {};

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
    const prices = this.#lines.filter((line) => line.isNear).map((line) => line.price);
    if (prices.length === 0) return null;
    return { priceRange: { minValue: Math.min(...prices), maxValue: Math.max(...prices) } };
  }

  #draw(target) {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const seen = this.#lines
        .map((line) => ({ ...line, y: this.#series?.priceToCoordinate(line.price) ?? null }))
        .filter(({ y }) => y !== null && y >= 0 && y <= mediaSize.height);
      context.font = this.#look.font;
      context.textBaseline = "middle";
      for (const line of keepApart(seen, mediaSize.height)) drawLine(context, line, mediaSize.width, this.#look);
    });
  }
}

function drawLine(context, line, width, look) {
  const text = width < NARROW_PX ? line.name : `${line.name} ${line.text}`;
  const textWidth = context.measureText(text).width;
  const left = width - textWidth - 2 * LABEL_PADDING;
  context.strokeStyle = line.colour;
  context.lineWidth = 1;
  context.setLineDash(line.kind === "pivot" ? [2, 3] : []);
  context.beginPath();
  context.moveTo(0, Math.round(line.y) + 0.5);
  context.lineTo(left - 12, Math.round(line.y) + 0.5);
  context.lineTo(left, Math.round(line.labelY) + 0.5);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = look.surface;
  context.fillRect(left, line.labelY - LABEL_HEIGHT / 2, width - left, LABEL_HEIGHT);
  context.strokeRect(left + 0.5, Math.round(line.labelY - LABEL_HEIGHT / 2) + 0.5, width - left - 1, LABEL_HEIGHT - 1);
  context.fillStyle = line.colour;
  context.fillText(text, left + LABEL_PADDING, line.labelY + 0.5);
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
