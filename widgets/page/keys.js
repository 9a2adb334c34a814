/** Keys of the page: `/` goes to the question, `Esc` closes the panel. */

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !isTyping(event.target)) {
      event.preventDefault();
      document.getElementById("chat-input")?.focus();
    } else if (event.key === "Escape" && !document.fullscreenElement) {
      document.querySelector("aside #side-view-title button")?.click();
    }
  });
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
