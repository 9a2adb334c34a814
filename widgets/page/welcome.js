/** The empty page: what this is, how the market stands, and what is simulated. */

import * as format from "./format.js";

const SENTENCE = "Ask about levels, quotes and charts. Every number comes with its source.";

/** Completes Chainlit's welcome screen whenever it appears. */
export function watchWelcome() {
  const complete = () => {
    const screen = document.getElementById("welcome-screen");
    if (screen && !screen.querySelector(".tc-welcome")) furnish(screen);
  };
  new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
  complete();
}

async function furnish(screen) {
  const market = paragraph("tc-market", "");
  screen.append(paragraph("tc-welcome", SENTENCE), market);
  const response = await fetch("/api/v1/market/status").catch(() => null);
  if (response?.ok) market.textContent = told(await response.json());
}

function told({ phase, as_of, next_open, next_close, simulated, provider }) {
  const bell = (at) => format.bell(at, "America/New_York", Date.parse(as_of));
  const stand = phase === "regular" ? `open until ${bell(next_close)}` : `${phase}, opening ${bell(next_open)}`;
  return `US stocks: ${stand}. ${simulated ? "All prices are simulated." : `Prices by ${provider}.`}`;
}

function paragraph(className, textContent) {
  return Object.assign(document.createElement("p"), { className, textContent });
}
