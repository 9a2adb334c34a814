/**
 * Pictures of a broker's screen: sent one after the other, read, shown as rows beside their crops,
 * corrected and confirmed, all in one dialog. Nothing is a position before the click.
 */

import { make, pictureLine, termChoice } from "./screenshotparts.js";
import { rowOf } from "./screenshotrows.js";
import { confirmRows, deletePicture, keepPicture, sendPicture } from "./screenshotsend.js";

/** Reads `files` in a dialog; `done` hears that positions were made. */
export async function readPictures(files, done) {
  const dialog = opened(files.length);
  const lines = files.map(pictureLine);
  dialog.list.append(...lines.map((line) => line.node));
  dialog.node.addEventListener("close", () => lines.forEach((line) => line.release()));
  const readings = [];
  for (const [index, file] of files.entries()) {
    if (dialog.signal.aborted) return;
    dialog.say(files.length > 1 ? `Reading ${index + 1} of ${files.length}.` : "Reading your picture.");
    const answer = await sendPicture(file, lines[index].say, dialog.signal);
    if (dialog.signal.aborted) {
      if (answer.reading) deletePicture(answer.reading);
      return;
    }
    if (answer.problem) lines[index].fail(answer.problem);
    else readings.push({ ...taken(answer.reading, lines[index]), name: file.name });
  }
  const found = readings.filter((reading) => reading.rows.length);
  if (found.length) return offer(dialog, found, done);
  dialog.say("There is nothing to confirm.");
}

/** A picture that shows no positions is of no use to anybody. */
function taken(reading, line) {
  const count = reading.rows.length;
  line.say(count ? `Done: ${count === 1 ? "1 position" : `${count} positions`}` : reading.says);
  if (!count) deletePicture(reading);
  return reading;
}

function opened(count) {
  const title = count > 1 ? "Positions in your pictures" : "Positions in your picture";
  const node = make("dialog", { className: "tc-dialog tc-shot" });
  node.setAttribute("aria-label", title);
  const status = make("p", { className: "tc-shot-status", role: "status" });
  const list = make("ul", { className: "tc-shot-pictures" });
  const body = make("div", { className: "tc-shot-body" });
  const footer = make("footer");
  const close = make("button", { type: "button", textContent: "Close" });
  close.addEventListener("click", () => node.close());
  footer.append(close);
  const ending = new AbortController();
  node.addEventListener("close", () => { ending.abort(); node.remove(); });
  node.append(make("header", {}, make("h2", { textContent: title }), status), list, body, footer);
  document.body.append(node);
  node.showModal();
  return { node, list, body, footer, close, signal: ending.signal, say: (words) => { status.textContent = words; } };
}

function offer(dialog, readings, done) {
  const parts = readings.map((reading) => ({ reading, rows: reading.rows.map(rowOf), isStored: false }));
  const term = termChoice(readings.at(-1).keep_days);
  const notice = make("p", { className: "tc-shot-notice", role: "status" });
  const confirm = make("button", { className: "tc-dialog-main tc-shot-confirm", type: "button" });
  const drop = make("button", { type: "button", textContent: readings.length > 1 ? "Delete pictures" : "Delete picture" });
  const chosen = () => parts.flatMap((part) => part.rows.filter((row) => row.isChosen()));
  const refresh = () => {
    const count = chosen().length;
    confirm.textContent = count === 1 ? "Confirm 1 position" : `Confirm ${count} positions`;
    confirm.disabled = count === 0;
  };
  let isOver = false;
  confirm.addEventListener("click", async () => {
    const wrong = chosen().filter((row) => !row.check());
    if (wrong.length) {
      notice.textContent = "A marked field is missing. Fill it in, or take the row out.";
      return wrong[0].focus();
    }
    const count = chosen().length;
    confirm.disabled = true;
    notice.textContent = await stored(parts, term.days());
    if (notice.textContent) return refresh();
    isOver = true;
    dialog.node.close();
    done(count);
  });
  drop.addEventListener("click", async () => {
    isOver = true;
    await Promise.all(readings.map(deletePicture));
    dialog.node.close();
  });
  term.onChange(() => { if (term.days() > 0) readings.forEach((reading) => keepPicture(reading, term.days())); });
  dialog.node.addEventListener("close", () => {
    if (!isOver && term.days() === 0) readings.forEach(deletePicture);
  });
  for (const part of parts) dialog.body.append(sectionOf(part, parts.length > 1));
  dialog.body.addEventListener("input", refresh);
  dialog.footer.prepend(notice, term.node, confirm, drop);
  refresh();
  dialog.say("Nothing is stored as a position before you confirm.");
  confirm.focus({ preventScroll: true });
}

/** What is confirmed picture by picture; "" when all are stored. One that was stored is not sent again. */
async function stored(parts, days) {
  for (const part of parts) {
    const rows = part.rows.filter((row) => row.isChosen()).map((row) => row.values());
    if (part.isStored) continue;
    const problem = rows.length ? await confirmRows(part.reading, rows, days) : await left(part.reading, days);
    if (problem) return problem;
    part.isStored = true;
  }
  return "";
}

/** A picture of which no row was taken. */
async function left(reading, days) {
  await keepPicture(reading, days);
  return null;
}

function sectionOf({ reading, rows }, isOneOfSeveral) {
  const broker = reading.broker === "unknown" ? "" : reading.broker;
  const says = [broker, reading.says, reading.market].filter(Boolean);
  return make(
    "section",
    { className: "tc-shot-picture" },
    isOneOfSeveral ? make("h3", { textContent: reading.name || "Picture" }) : null,
    make("p", { className: "tc-shot-says", textContent: says.join(" · ") }),
    ...reading.doubts.map((doubt) => make("p", { className: "tc-shot-doubt", textContent: doubt })),
    ...rows.map((row) => row.node),
  );
}
