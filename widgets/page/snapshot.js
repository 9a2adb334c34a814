/** A picture of the chart that says what it shows, when, and that it is simulated if it is. */

import { withChart } from "./picture.js";

const MARGIN = 12;
const LINE = 20;
const SAMPLE = 16;
const GAP = 12;

/**
 * Downloads the chart as PNG; `caption`, `remark` and what is drawn, `[{label, colour, isDashed}]`,
 * stand above it, `state` is inside.
 */
export function savePng(chart, { name, caption, remark, drawn, state, look }) {
  const picture = chart.takeScreenshot(true, false);
  const scale = window.devicePixelRatio || 1;
  const rows = legendRows(drawn, picture.width / scale, `12px ${look.family}`);
  const strip = (2 + rows.length) * LINE + MARGIN;
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height + strip * scale;
  const context = canvas.getContext("2d");
  context.fillStyle = look.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, strip * scale);
  context.scale(scale, scale);
  write(context, caption, LINE, `600 14px ${look.family}`, look.text);
  write(context, remark, 2 * LINE, `12px ${look.family}`, look.muted);
  rows.forEach((row, index) => writeLegend(context, row, (3 + index) * LINE, look));
  canvas.toBlob(async (blob) => {
    const bytes = withChart(new Uint8Array(await blob.arrayBuffer()), state);
    download(new Blob([bytes], { type: "image/png" }), name);
  }, "image/png");
}

function write(context, text, y, font, colour) {
  context.font = font;
  context.fillStyle = colour;
  context.textBaseline = "middle";
  context.fillText(text, MARGIN, y);
}

/** `drawn` in as many rows as the width asks for, each with the `x` it begins at. */
function legendRows(drawn, width, font) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = font;
  const rows = [];
  let x = width;
  for (const item of drawn) {
    const needed = SAMPLE + 2 * GAP + context.measureText(item.label).width;
    if (x + needed > width - MARGIN && x > MARGIN) {
      rows.push([]);
      x = MARGIN;
    }
    rows.at(-1).push({ ...item, x });
    x += needed;
  }
  return rows;
}

function writeLegend(context, row, y, look) {
  context.font = `12px ${look.family}`;
  context.lineWidth = 2;
  for (const { label, colour, isDashed, x } of row) {
    context.strokeStyle = colour;
    context.setLineDash(isDashed ? [4, 3] : []);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + SAMPLE, y);
    context.stroke();
    context.fillStyle = look.text;
    context.fillText(label, x + SAMPLE + GAP / 2, y);
  }
  context.setLineDash([]);
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
