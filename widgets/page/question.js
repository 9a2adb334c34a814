/** Puts words into the question box, for the member to send or to change. */

export function write(words) {
  const box = document.getElementById("chat-input");
  if (!box) return;
  box.focus();
  // As typed: Chainlit hears of nothing else
  document.execCommand("selectAll");
  document.execCommand("insertText", false, words);
}
