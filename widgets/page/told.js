/** The way to one message of a conversation: an address that shows it, here or after loading. */

const MARK = "#message=";
const PATIENCE_MS = 20_000;
const LIT_MS = 2_500;

export function placeOf(threadId, messageId) {
  return `/thread/${threadId}${MARK}${messageId}`;
}

/** Shows the message that the address names, now and whenever it names another. */
export function watchTold() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(`a[href*="${MARK}"]`);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { pathname, hash } = new URL(link.href);
    if (pathname === location.pathname && show(hash.slice(MARK.length))) event.preventDefault();
  });
  if (location.hash.startsWith(MARK)) whenDrawn(location.hash.slice(MARK.length));
}

/** A conversation is drawn some time after its page. */
function whenDrawn(id) {
  history.replaceState(history.state, "", location.pathname + location.search);
  if (show(id)) return;
  const observer = new MutationObserver(() => show(id) && observer.disconnect());
  observer.observe(document.body, { childList: true, subtree: true });
  setTimeout(() => observer.disconnect(), PATIENCE_MS);
}

function show(id) {
  const step = document.getElementById(`step-${id}`);
  if (!step) return false;
  step.scrollIntoView({ block: "center" });
  step.classList.add("tc-lit");
  setTimeout(() => step.classList.remove("tc-lit"), LIT_MS);
  return true;
}
