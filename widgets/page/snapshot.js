/** A picture of the chart that says what it shows, when, and that it is simulated if it is. */

const MARGIN = 12;
const STRIP = 36;

/** Downloads the chart as PNG; `caption` and `remark` stand above it. */
export function savePng(chart, { name, caption, remark, look }) {
  const picture = chart.takeScreenshot(true, false);
  const scale = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  canvas.width = picture.width;
  canvas.height = picture.height + STRIP * scale;
  const context = canvas.getContext("2d");
  context.fillStyle = look.surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, STRIP * scale);
  context.scale(scale, scale);
  write(context, caption, MARGIN, `600 14px ${look.family}`, look.text);
  context.textAlign = "right";
  write(context, remark, canvas.width / scale - MARGIN, `12px ${look.family}`, look.muted);
  canvas.toBlob((blob) => download(blob, name), "image/png");
}

function write(context, text, x, font, colour) {
  context.font = font;
  context.fillStyle = colour;
  context.textBaseline = "middle";
  context.fillText(text, x, STRIP / 2);
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
