/** A picture of the chart that says what it shows, when, and that it is simulated if it is. */

import { withChart } from "./picture.js";

const MARGIN = 12;
const LINE = 20;

/** Downloads the chart as PNG; `caption` and, below it, `remark` stand above it, `state` is inside. */
export function savePng(chart, { name, caption, remark, state, look }) {
  const picture = chart.takeScreenshot(true, false);
  const scale = window.devicePixelRatio || 1;
  const strip = 2 * LINE + MARGIN;
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

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
