/** Volume by price on the chart: fetched from the server, drawn along the left edge. */

const WIDTH_SHARE = 0.22;
const WIDEST_PX = 180;
const GAP_PX = 1;
/** Rows lower than this stand without a gap between them. */
const GAPPED_FROM_PX = 4;

const WINDOWS = {
  visible: "bars in view", day: "the session", previous: "session before", week: "the week",
  month: "the month", "3m": "3 months", "1y": "1 year",
};

/** "month" → "Volume profile: the month". */
export function profileTitle(window) {
  return `Volume profile: ${WINDOWS[window] ?? window}`;
}

/**
 * `GET /api/v1/profile/{symbol}`: `{bottom, row, volumes, poc, vah, val}`, the lowest row first; null
 * where there is none. Of a `window`, or with `start` of the bars between it and `end`.
 */
export async function fetchProfile({ symbol, window, frame, start, end, asOf, extended }) {
  const query = new URLSearchParams();
  if (window) query.set("window", window);
  else {
    query.set("timeframe", frame.name);
    query.set("extended", String(extended));
    query.set("start", iso(start));
    if (end) query.set("end", iso(end));
  }
  if (asOf) query.set("as_of", iso(asOf));
  const path = symbol.split("/").map(encodeURIComponent).join("/");
  const response = await fetch(`/api/v1/profile/${path}?${query}`).catch(() => null);
  const body = response?.ok ? await response.json() : null;
  return body?.volumes.length ? body : null;
}

function iso(seconds) {
  return new Date(seconds * 1000).toISOString();
}

/** Rows as wide as their volume, those of the value area in its own tone, under the candles. */
export class VolumeRows {
  #series = null;
  #requestUpdate = null;
  #profile = null;
  #look = {};

  attached({ series, requestUpdate }) {
    this.#series = series;
    this.#requestUpdate = requestUpdate;
  }

  detached() {
    this.#series = null;
  }

  /** `profile` as fetched, or null to draw nothing; `look` has the colours of rows. */
  show(profile, look) {
    this.#profile = profile;
    this.#look = look;
    this.#requestUpdate?.();
  }

  paneViews() {
    return [{ zOrder: () => "bottom", renderer: () => ({ draw: (target) => this.#draw(target) }) }];
  }

  #draw(target) {
    const { bottom, row, volumes, poc, vah, val } = this.#profile ?? { volumes: [] };
    if (!volumes.length || !this.#series) return;
    const most = Math.max(...volumes);
    const at = (edge) => this.#series.priceToCoordinate(bottom + edge * row);
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      const widest = Math.min(WIDEST_PX, mediaSize.width * WIDTH_SHARE);
      volumes.forEach((volume, index) => {
        const [top, base] = [at(index + 1), at(index)];
        if (!volume || top === null || base === null || base < 0 || top > mediaSize.height) return;
        const middle = bottom + (index + 0.5) * row;
        const isControl = Math.abs(middle - poc) < row / 2;
        context.fillStyle = isControl ? this.#look.control : middle > val && middle < vah ? this.#look.value : this.#look.rest;
        const gap = base - top >= GAPPED_FROM_PX ? GAP_PX : 0;
        context.fillRect(0, top + gap / 2, (volume / most) * widest, base - top - gap);
      });
    });
  }
}
