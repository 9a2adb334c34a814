/**
 * Pictures dropped or pasted anywhere on the page. One that was saved here opens as a live chart
 * again and is not sent anywhere; any other is sent to be read for positions.
 */

import { chartIn } from "./picture.js";
import { readPictures } from "./screenshots.js";

const MAX_BYTES = 10 * 1024 * 1024;
const AT_ONCE = 6;
const SHOWN_MS = 6_000;

const PATIENCE_MS = 5_000;

let session = null;
let introduced;
const isIntroduced = new Promise((resolve) => { introduced = resolve; });

/** Listens for pictures; the server tells which session this page is: `{coach: "session", id}`. */
export function watchPictures() {
  window.addEventListener("message", (event) => {
    if (event.source !== window || event.data?.coach !== "session") return;
    session = event.data.id;
    introduced();
  });
  for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, invite);
  document.addEventListener("dragleave", (event) => event.relatedTarget || say(""));
  document.addEventListener("drop", (event) => take(event, event.dataTransfer));
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
}

function invite(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  say("Drop a chart that you saved here, or a screenshot of your positions.");
}

function take(event, data) {
  const files = [...(data?.files ?? [])].slice(0, AT_ONCE);
  if (!files.length || (event.type === "paste" && !files.every(isPicture))) return;
  event.preventDefault();
  say("");
  open(files);
}

/** Phones' HEIC comes without a type in some browsers. */
function isPicture(file) {
  return file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name);
}

async function open(files) {
  if (!files.every(isPicture)) return say("Only pictures can be dropped here.", SHOWN_MS);
  if (files.some((file) => file.size > MAX_BYTES)) return say("This picture is larger than 10 MB.", SHOWN_MS);
  const foreign = [];
  for (const file of files) {
    const chart = chartIn(new Uint8Array(await file.arrayBuffer()));
    if (chart) await act("open_picture", { chart });
    else foreign.push(file);
  }
  if (foreign.length) await readPictures(foreign, () => act("show_positions", {}));
}

async function act(name, payload) {
  await Promise.race([isIntroduced, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (!session) return say("The page is not connected. Try again in a moment.", SHOWN_MS);
  const body = { sessionId: session, action: { name, payload } };
  const response = await fetch("/project/action", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  if (!response?.ok) say(await refusal(response), SHOWN_MS);
}

async function refusal(response) {
  const problem = await response?.json().catch(() => null);
  return problem?.detail ?? "The picture could not be handed over. Your connection or the server is down.";
}

let farewell = 0;

function say(text, shownFor = 0) {
  let note = document.getElementById("tc-dropped");
  note ??= document.body.appendChild(
    Object.assign(document.createElement("div"), { id: "tc-dropped", className: "tc-dropped", role: "status" }),
  );
  clearTimeout(farewell);
  note.textContent = text;
  note.hidden = !text;
  if (shownFor) farewell = setTimeout(() => say(""), shownFor);
}
