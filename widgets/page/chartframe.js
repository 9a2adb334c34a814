/** The DOM around a chart: timeframes, buttons, legend, messages. Knows nothing of bars or markets. */

import { direction, number, volume, zoneName } from "./format.js";

const EXPAND = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M6 2H2v4M10 2h4v4M6 14H2v-4M10 14h4v-4"/></svg>';
const SAVE = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11"/></svg>';

export class ChartFrame {
  #frames = new Map();
  #on;

  constructor(timeframes, on) {
    this.#on = on;
    this.node = element("div", { className: "tc-chart", tabIndex: 0, role: "group" });
    const row = element("div", { className: "tc-frames", role: "group", ariaLabel: "Timeframe" });
    for (const { name, label, title } of timeframes) {
      const button = pressable(label, title, () => on.onTimeframe(name));
      this.#frames.set(name, button);
      row.append(button);
    }
    this.extended = pressable("Ext", "Premarket and after hours", on.onExtended);
    this.extended.hidden = true;
    this.levels = pressable("", "", on.onLines);
    const png = icon(SAVE, "Save as PNG", on.onPng);
    const full = icon(EXPAND, "Full screen", () => this.#fullScreen());
    const tools = element("div", { className: "tc-frames" });
    tools.append(this.extended, this.levels, png, full);
    const bar = element("div", { className: "tc-chart-bar" });
    bar.append(row, tools);
    this.legendNode = element("div", { className: "tc-legend" });
    this.values = element("span", { className: "tc-values" });
    this.countdownNode = element("span", { className: "tc-countdown" });
    this.legendNode.append(this.values, this.countdownNode);
    this.drawnNode = element("div", { className: "tc-drawn", role: "group", ariaLabel: "Drawn by the coach" });
    this.canvas = element("div", { className: "tc-canvas" });
    this.message = element("div", { className: "tc-message", role: "status" });
    this.stage = element("div", { className: "tc-stage" });
    this.stage.append(this.canvas, this.message);
    this.node.append(bar, this.legendNode, this.drawnNode, this.stage);
    this.node.addEventListener("keydown", (event) => this.#onKey(event));
  }

  describe({ symbol, name, display }) {
    this.node.classList.toggle("is-side", display === "side");
    this.name = `Price chart of ${symbol}, ${name}`;
  }

  /** An index and a pair have no premarket to show. */
  offerExtended(isOffered) {
    this.extended.hidden = !isOffered;
  }

  choose(frame, extended, zone) {
    for (const [name, button] of this.#frames) button.ariaPressed = String(name === frame.name);
    this.extended.ariaPressed = String(extended);
    this.extended.disabled = !frame.seconds;
    this.zone = zoneName(zone);
    this.node.ariaLabel = `${this.name}, ${frame.title} bars. Left and right arrow change the timeframe.`;
  }

  loading() {
    this.#say("tc-skeleton", [element("span", { className: "tc-sr", textContent: "Loading bars" })]);
  }

  ready() {
    this.#say("", []);
  }

  empty(sentence) {
    this.#say("tc-empty", [element("p", { textContent: sentence })]);
  }

  failed(sentence) {
    const retry = element("button", { type: "button", className: "tc-action", textContent: "Try again" });
    retry.addEventListener("click", this.#on.onRetry);
    this.#say("tc-failed", [element("p", { textContent: sentence }), retry]);
  }

  /** Says how many of the coach's lines are drawn. */
  lines(shown, all, title) {
    this.levels.hidden = all === 0;
    this.levels.textContent = shown === all ? `${all} levels` : `${shown} of ${all} levels`;
    this.levels.ariaPressed = String(shown > 0);
    this.levels.title = title;
  }

  /** What the coach drew besides levels, `{label, colour, isDashed, onRemove}`; a click removes it. */
  drawn(items) {
    this.drawnNode.replaceChildren(...items.map(({ label, colour, isDashed, onRemove }) => {
      const button = element("button", { type: "button", title: "Drawn by the coach. Click to remove it." });
      button.ariaLabel = `Remove ${label}`;
      const sample = element("i", { className: isDashed ? "is-dashed" : "" });
      sample.style.setProperty("--tone", colour);
      button.append(sample, label);
      button.addEventListener("click", onRemove);
      return button;
    }));
  }

  legend(bar, before, decimals) {
    const change = before ? (bar.close / before.close - 1) * 100 : 0;
    const price = (value) => number(value, decimals);
    const parts = [["O", price(bar.open)], ["H", price(bar.high)], ["L", price(bar.low)], ["C", price(bar.close)]];
    if (bar.volume) parts.push(["V", volume(bar.volume)]);
    const percent = element("b", { className: `tc-${direction(change) || "flat"}` });
    percent.textContent = `${number(change, 2, { signed: true })}%`;
    this.values.replaceChildren(...parts.map(lettered), percent);
  }

  /** Nothing is known any more of bars and lines. */
  clear() {
    this.values.replaceChildren();
    this.countdown("");
    this.lines(0, 0, "");
    this.drawn([]);
  }

  countdown(text) {
    if (this.countdownNode.textContent !== text) this.countdownNode.textContent = text;
  }

  #say(className, nodes) {
    this.message.className = `tc-message ${className}`;
    this.message.hidden = nodes.length === 0;
    this.message.replaceChildren(...nodes);
  }

  #fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.node.requestFullscreen?.();
  }

  #onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const names = [...this.#frames.keys()];
    const present = names.findIndex((name) => this.#frames.get(name).ariaPressed === "true");
    const next = names[present + step];
    if (!next) return;
    event.preventDefault();
    this.#on.onTimeframe(next);
  }
}

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function lettered([letter, text]) {
  const pair = element("span", {});
  pair.append(element("i", { textContent: letter }), " ", element("b", { textContent: text }));
  return pair;
}

function pressable(label, title, onClick) {
  const button = element("button", { type: "button", className: "tc-frame", textContent: label, title, ariaPressed: "false" });
  button.addEventListener("click", onClick);
  return button;
}

function icon(svg, title, onClick) {
  const button = element("button", { type: "button", className: "tc-frame tc-icon", title, ariaLabel: title, innerHTML: svg });
  button.addEventListener("click", onClick);
  return button;
}
