/** Keys of the page: `/` goes to the question, `Esc` closes the panel. */

export function watchKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !isTyping(event.target)) {
      event.preventDefault();
      document.getElementById("chat-input")?.focus();
    } else if (event.key === "Escape" && !document.fullscreenElement) {
      const panel = document.querySelector("aside #side-view-title button");
      (panel ?? document.querySelector(".tc-watch.is-docked .tc-watch-close"))?.click();
    }
  });
}

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}
