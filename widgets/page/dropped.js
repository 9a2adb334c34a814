/**
 * Pictures dropped or pasted anywhere on the page. One that was saved here opens as a live chart
 * again; of any other the coach says that it cannot read it.
 */

import { chartIn } from "./picture.js";

const MAX_BYTES = 5_000_000;
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
  say("Drop a chart that you saved here, and it opens again.");
}

function take(event, data) {
  const [file] = data?.files ?? [];
  if (!file || (event.type === "paste" && !file.type.startsWith("image/"))) return;
  event.preventDefault();
  say("");
  open(file);
}

async function open(file) {
  if (!file.type.startsWith("image/")) return say("Only pictures can be dropped here.", SHOWN_MS);
  if (file.size > MAX_BYTES) return say("This picture is larger than 5 MB.", SHOWN_MS);
  const chart = chartIn(new Uint8Array(await file.arrayBuffer()));
  await Promise.race([isIntroduced, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  if (!session) return say("The page is not connected. Try again in a moment.", SHOWN_MS);
  const body = { sessionId: session, action: { name: "open_picture", payload: { chart } } };
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
