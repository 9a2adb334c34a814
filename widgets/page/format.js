/**
 * Numbers and times as members read them. The server writes the digits of every figure; what is
 * written here are prices that arrive later, in the same form: thousands separated, a true minus.
 */

const MINUS = "\u2212";
const SUFFIX = { "%": "%", ATR: " ATR", "σ": "σ", "×": "×", days: " days", hours: " hours", minutes: " minutes", seconds: " seconds" };

/** 6012.4 → "6,012.40"; with `signed`, "+0.42" and "−5.79". */
export function number(value, decimals, { signed = false } = {}) {
  const digits = grouped(decimals).format(Math.abs(value));
  if (!/[1-9]/.test(digits)) return digits;
  if (value < 0) return MINUS + digits;
  return signed ? `+${digits}` : digits;
}

const groupings = new Map();

/** Making a formatter takes longer than all else that a tick does, so each is made once. */
function grouped(decimals) {
  if (!groupings.has(decimals)) {
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    groupings.set(decimals, new Intl.NumberFormat("en-US", options));
  }
  return groupings.get(decimals);
}

/** How many decimals a text of ours shows: "6,012.40" → 2. */
export function decimalsOf(text) {
  return /\.(\d+)/.exec(text)?.[1].length ?? 0;
}

/** 1234567 → "1.23M". */
export function volume(value) {
  for (const [size, letter] of [[1e9, "B"], [1e6, "M"], [1e3, "K"]]) {
    if (value >= size) return number(value / size, 2) + letter;
  }
  return number(value, value < 10 && value % 1 ? 2 : 0);
}

/** What stands behind a card's number, unless its text has it already. */
export function unitOf(cardNumber) {
  const suffix = SUFFIX[cardNumber.unit] ?? "";
  return suffix && cardNumber.text.endsWith(suffix.trim()) ? "" : suffix;
}

/** "1d" → "daily", "15m" → "15m". */
export function spokenTimeframe(name) {
  return { "1h": "hourly", "1d": "daily", "1w": "weekly", "1mo": "monthly" }[name] ?? name;
}

/** "up", "down" or "" of a signed number. */
export function direction(value) {
  const amount = Number(value);
  return amount > 0 ? "up" : amount < 0 ? "down" : "";
}

/** Where a symbol's day is counted: pairs trade round the clock in UTC, the rest in New York. */
export function zoneOf(symbol) {
  return symbol.includes("/") ? "UTC" : "America/New_York";
}

export function zoneName(zone) {
  return zone === "UTC" ? "UTC" : "ET";
}

const formats = new Map();

function inZone(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options }));
  }
  return formats.get(key);
}

/** "10:31:05 ET". */
export function clock(moment, zone) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return `${inZone(zone, options).format(moment)} ${zoneName(zone)}`;
}

/** "Fri 20 Nov, 10:31 ET". */
export function dayAndTime(moment, zone) {
  return `${day(moment, zone)}, ${minute(moment, zone)} ${zoneName(zone)}`;
}

/** "Fri 20 Nov", with the year when `year` is set. */
export function day(moment, zone, { year = false } = {}) {
  const options = { weekday: "short", day: "numeric", month: "short" };
  if (year) options.year = "numeric";
  return inZone(zone, options).format(moment).replaceAll(",", "");
}

/** "10:31:05 ET" today, "Fri 20 Nov, 10:31 ET" on other days; `now` is the market's present. */
export function moment(iso, zone, now) {
  const at = new Date(iso);
  return now && isSameDay(at, now, zone) ? clock(at, zone) : dayAndTime(at, zone);
}

/** "16:00 ET" on the day of `now`, "Fri 20 Nov, 16:00 ET" on others: for bells, which are exact. */
export function bell(iso, zone, now) {
  const at = new Date(iso);
  return isSameDay(at, now, zone) ? `${minute(at, zone)} ${zoneName(zone)}` : dayAndTime(at, zone);
}

/** As short as a table needs: "10:31" on the day of `now`, else "Thu 19 Nov". */
export function brief(iso, zone, now) {
  const at = new Date(iso);
  return isSameDay(at, now, zone) ? minute(at, zone) : day(at, zone);
}

function isSameDay(one, other, zone) {
  return day(one, zone, { year: true }) === day(other, zone, { year: true });
}

function minute(at, zone) {
  return inZone(zone, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** 14 → "14 s", 125 → "2 min", 7300 → "2 h". */
export function age(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** Seconds to add to a Unix time so that its UTC reading is the zone's wall clock. */
export function zoneOffset(seconds, zone) {
  if (zone === "UTC") return 0;
  const parts = {};
  const options = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
  for (const { type, value } of inZone(zone, options).formatToParts(seconds * 1000)) {
    parts[type] = Number(value);
  }
  const wall = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return wall / 1000 - Math.floor(seconds);
}

/** 3725 → "1:02:05"; 125 → "2:05"; 200000 → "2 days 7:33:20". */
export function countdown(seconds) {
  const left = Math.max(0, Math.floor(seconds));
  const days = Math.floor(left / 86400);
  const hours = Math.floor((left % 86400) / 3600);
  const rest = [Math.floor((left % 3600) / 60), left % 60].map((part) => String(part).padStart(2, "0"));
  if (days) return `${days} ${days === 1 ? "day" : "days"} ${hours}:${rest.join(":")}`;
  return hours ? `${hours}:${rest.join(":")}` : `${Number(rest[0])}:${rest[1]}`;
}
