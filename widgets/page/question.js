/** Words for the question box: put there by a click, for the member to send or to change. */

import { make } from "./made.js";

/** A list of things to say, each written into the box when it is clicked. */
export function examples(sentences, desk) {
  const asks = sentences.map((each) => {
    const ask = make("button", { type: "button", className: "tc-action", textContent: `“${each}”` });
    ask.addEventListener("click", () => {
      if (!desk.dialog.matches(".is-docked")) desk.leave();
      write(each);
    });
    return make("li", {}, ask);
  });
  return make("ul", {}, ...asks);
}

function write(words) {
  const box = document.getElementById("chat-input");
  if (!box) return;
  box.focus();
  // As typed: Chainlit hears of nothing else
  document.execCommand("selectAll");
  document.execCommand("insertText", false, words);
}
