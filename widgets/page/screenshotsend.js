/**
 * One picture on its way to the server and back: how far it is, what it came to. A busy server is asked
 * again after the time it names.
 */

const ADDRESS = "/api/v1/screenshots";
const TRIES = 6;
const LONGEST_WAIT_S = 60;
const BUSY = 429;

/**
 * Sends `file`; `say` hears each state in words and how much is sent, from 0 to 1, or null where nobody
 * knows. `{reading}`, or `{problem}` in words; `signal` ends it early.
 */
export async function sendPicture(file, say, signal) {
  for (let left = TRIES; ; left -= 1) {
    const answer = await sendOnce(file, say, signal);
    if (answer.status !== BUSY || left === 1 || signal.aborted) return outcome(answer);
    const seconds = Math.min(answer.wait || 1, LONGEST_WAIT_S);
    say(`Queued: the reader is busy, next try in ${seconds} s`, null);
    await pause(seconds * 1000, signal);
  }
}

function sendOnce(file, say, signal) {
  const body = new FormData();
  body.append("pictures", file, file.name || "picture");
  const request = new XMLHttpRequest();
  request.open("POST", ADDRESS);
  request.responseType = "json";
  return new Promise((resolve) => {
    const end = () => resolve({
      status: request.status,
      body: request.response,
      wait: Number(request.getResponseHeader("Retry-After")),
    });
    request.addEventListener("loadend", end);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) say("Sending", event.loaded / event.total);
    });
    request.upload.addEventListener("load", () => say("Reading", null));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    say("Sending", 0);
    request.send(body);
  });
}

function outcome({ status, body }) {
  if (status >= 200 && status < 300 && body?.screenshots?.length) return { reading: body.screenshots[0] };
  const lost = "The picture could not be sent. Your connection or the server is down.";
  return { problem: body?.detail ?? body?.refused?.[0]?.detail ?? lost };
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

/** Makes positions of `rows`; null, or what went wrong in words. */
export async function confirmRows(reading, rows, keepDays) {
  const response = await fetch(`${ADDRESS}/${reading.id}/confirm`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ rows, keep_days: keepDays }),
  }).catch(() => null);
  if (response?.ok) return null;
  const answer = await response?.json().catch(() => null);
  return answer?.detail ?? "The positions could not be stored. Your connection or the server is down.";
}

/** Keeps a picture for so many days; with 0 it is deleted at once. */
export async function keepPicture(reading, days) {
  if (days === 0) return deletePicture(reading);
  const response = await fetch(`${ADDRESS}/${reading.id}`, {
    method: "PATCH",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ keep_days: days }),
  }).catch(() => null);
  return response?.ok ?? false;
}

export function deletePicture(reading) {
  return fetch(`${ADDRESS}/${reading.id}`, { method: "DELETE" }).catch(() => null);
}
