/**
 * What a saved picture of a chart carries besides its pixels: the chart itself, as JSON in a text
 * chunk of the PNG. Written when it is saved, read when it is dropped into the chat again.
 *
 * Decided: the page reads it and hands on the text alone. No picture leaves the member's machine,
 * and the server, which trusts no text, parses it like any other click.
 */

const KEYWORD = "Trading Coach chart";
const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const HEADER_END = 33;
const FRAME = 12;
const MAX_TEXT = 8_000;

/** A PNG's bytes with `chart` written into them. */
export function withChart(bytes, chart) {
  const text = ascii(`${KEYWORD}\0${inAscii(JSON.stringify(chart))}`);
  const chunk = new Uint8Array(FRAME + text.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, text.length);
  chunk.set(ascii("tEXt"), 4);
  chunk.set(text, 8);
  view.setUint32(8 + text.length, checksum(chunk.subarray(4, 8 + text.length)));
  const whole = new Uint8Array(bytes.length + chunk.length);
  whole.set(bytes.subarray(0, HEADER_END));
  whole.set(chunk, HEADER_END);
  whole.set(bytes.subarray(HEADER_END), HEADER_END + chunk.length);
  return whole;
}

/** The chart's JSON as it stands in a PNG's bytes; null for every other picture. */
export function chartIn(bytes) {
  if (SIGNATURE.some((byte, at) => bytes[at] !== byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = SIGNATURE.length;
  while (at + FRAME <= bytes.length) {
    const length = view.getUint32(at);
    const [kind, end] = [letters(bytes.subarray(at + 4, at + 8)), at + 8 + length];
    if (end + 4 > bytes.length) return null;
    if (kind === "tEXt" && length <= MAX_TEXT) {
      const [keyword, text] = letters(bytes.subarray(at + 8, end)).split("\0");
      if (keyword === KEYWORD && checksum(bytes.subarray(at + 4, end)) === view.getUint32(end)) return text;
    }
    at = end + 4;
  }
  return null;
}

function ascii(text) {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function letters(bytes) {
  return String.fromCharCode(...bytes);
}

/** JSON whose letters all fit a text chunk, which knows Latin-1 alone. */
function inAscii(json) {
  return json.replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** CRC-32, as every chunk of a PNG ends with. */
function checksum(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return (rest ^ 0xffffffff) >>> 0;
}
