/**
 * Live prices: one WebSocket per tab, shared by every card on the page.
 *
 * The protocol of `/api/v1/live` (cookie or Bearer; JSON text frames; times are Unix seconds,
 * prices numbers):
 *
 *   client → {"subscribe": ["SPX", "BTC/USD"]}      at any time; additive
 *   client → {"unsubscribe": ["SPX"]}
 *   client → {"subscribe_levels": ["SPX"]}, {"unsubscribe_levels": ["SPX"]}
 *
 *   server → {"now": 1763740865.2}
 *       At once after connecting, then every 15 s: the market's present, which need not be the
 *       browser's (a simulated market has a clock of its own). It is also the sign of life.
 *   server → {"symbol": "SPX", "price": 6012.4, "time": 1763740865, "phase": "regular",
 *             "bar": {"time": 1763740860, "open": …, "high": …, "low": …, "close": …, "volume": …},
 *             "provider": "Massive", "delay_minutes": 0, "is_simulated": false, "slow_because": "",
 *             "finished": []}
 *       At once for each new subscription, then whenever the price moved, at most ten times a
 *       second. `bar` is the forming one-minute bar that `time` falls into, `finished` are minutes
 *       that ended or were corrected since, `slow_because` why its stream does not tell it
 *       but prices are asked for now and then, `phase` one of "premarket", "regular", "after hours",
 *       "closed".
 *   server → {"symbol": "SPX", "levels": {"PDH": {"price", "distance", "distance_pct",
 *             "distance_atr", "tested"}, …}, "as_of": 1763740865.2}
 *       At once for each new subscription of levels, then when they moved, every 2 s at most.
 *   server → {"feed": "lost", "since": 1763740865}     no new prices come; "live": they do again
 *   server → {"symbol": "APPL", "error": "There is no symbol APPL."}     nothing more will come
 *
 * Close code 4401 (not signed in) or 4403 (foreign origin) is final; any other close is retried
 * with growing pauses. A card never polls.
 */

const SILENCE_MS = 45_000;
const FINAL_CODES = new Set([4401, 4403]);
const LINGER_MS = 10_000;

const listeners = new Map();
const lastTicks = new Map();
const statusListeners = new Set();
const levelListeners = new Map();
const lastLevels = new Map();
const feedListeners = new Set();

let socket = null;
let status = "idle";
let attempts = 0;
let reconnectTimer = 0;
let silenceTimer = 0;
let clockOffset = null;
let feed = { feed: "live", since: null };

/** The market's present in Unix seconds, or null before the server told it. */
export function now() {
  return clockOffset === null ? null : Date.now() / 1000 + clockOffset;
}

/** "idle" | "connecting" | "live" | "lost" (trying again) | "refused" (will not be tried again). */
export function currentStatus() {
  return status;
}

export function lastTick(symbol) {
  return lastTicks.get(symbol) ?? null;
}

/** Calls `listener(tick)` for every tick of `symbol`, the last known one first. Returns the end. */
export function subscribe(symbol, listener) {
  const known = listeners.get(symbol);
  if (known) {
    known.add(listener);
  } else {
    listeners.set(symbol, new Set([listener]));
    send({ subscribe: [symbol] });
  }
  if (lastTicks.has(symbol)) listener(lastTicks.get(symbol));
  connect();
  return () => leave(symbol, listener);
}

/** Calls `listener(status)` on every change, and now. Returns the end. */
export function onStatus(listener) {
  statusListeners.add(listener);
  listener(status);
  return () => statusListeners.delete(listener);
}

/**
 * Calls `listener({levels, as_of})` whenever the levels of `symbol` moved, the last known first.
 * Returns the end. The prices of the symbol must be subscribed to as well for levels to move.
 */
export function subscribeLevels(symbol, listener) {
  const known = levelListeners.get(symbol);
  if (known) {
    known.add(listener);
  } else {
    levelListeners.set(symbol, new Set([listener]));
    send({ subscribe_levels: [symbol] });
  }
  if (lastLevels.has(symbol)) listener(lastLevels.get(symbol));
  connect();
  return () => leaveLevels(symbol, listener);
}

/** Calls `listener({feed: "live" | "lost", since})` on every change, and now. Returns the end. */
export function onFeed(listener) {
  feedListeners.add(listener);
  listener(feed);
  return () => feedListeners.delete(listener);
}

/** Keeps the market's clock running for whoever counts down without a price. Returns the end. */
export function keepClock() {
  return subscribe("", () => {});
}

function leave(symbol, listener) {
  listeners.get(symbol)?.delete(listener);
  // A card that is re-rendered leaves and comes back at once: the server need not hear of it.
  setTimeout(() => {
    if (listeners.get(symbol)?.size) return;
    if (listeners.delete(symbol)) {
      lastTicks.delete(symbol);
      send({ unsubscribe: [symbol] });
    }
    if (listeners.size === 0) socket?.close(1000);
  }, LINGER_MS);
}

function leaveLevels(symbol, listener) {
  levelListeners.get(symbol)?.delete(listener);
  setTimeout(() => {
    if (levelListeners.get(symbol)?.size) return;
    if (levelListeners.delete(symbol)) {
      lastLevels.delete(symbol);
      send({ unsubscribe_levels: [symbol] });
    }
  }, LINGER_MS);
}

function connect() {
  if (socket || status === "refused" || reconnectTimer) return;
  setStatus("connecting");
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(`${scheme}//${location.host}/api/v1/live`);
  socket.onopen = () => {
    attempts = 0;
    send({ subscribe: [...listeners.keys()] });
    send({ subscribe_levels: [...levelListeners.keys()] });
    expectSignOfLife();
  };
  socket.onmessage = (event) => receive(JSON.parse(event.data));
  socket.onclose = (event) => closed(event.code);
}

function receive(message) {
  expectSignOfLife();
  setStatus("live");
  if (message.now !== undefined) {
    clockOffset = message.now - Date.now() / 1000;
  } else if (message.feed !== undefined) {
    feed = message;
    for (const listener of [...feedListeners]) listener(feed);
  } else if (message.levels !== undefined) {
    lastLevels.set(message.symbol, message);
    for (const listener of [...(levelListeners.get(message.symbol) ?? [])]) listener(message);
  } else if (message.price !== undefined) {
    lastTicks.set(message.symbol, message);
    for (const listener of [...(listeners.get(message.symbol) ?? [])]) listener(message);
  }
}

function closed(code) {
  socket = null;
  clearTimeout(silenceTimer);
  if (FINAL_CODES.has(code)) return setStatus("refused");
  if (listeners.size === 0) return setStatus("idle");
  setStatus("lost");
  const pause = Math.min(30_000, 1000 * 2 ** attempts++) * (0.5 + Math.random() / 2);
  reconnectTimer = setTimeout(() => {
    reconnectTimer = 0;
    if (listeners.size) connect();
  }, pause);
}

function expectSignOfLife() {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(() => socket?.close(4000), SILENCE_MS);
}

function send(message) {
  const [[wish, names]] = Object.entries(message);
  const symbols = names.filter(Boolean);
  if (symbols.length === 0 || socket?.readyState !== WebSocket.OPEN) return;
  socket.send(JSON.stringify({ [wish]: symbols }));
}

function setStatus(next) {
  if (next === status) return;
  status = next;
  for (const listener of [...statusListeners]) listener(next);
}
