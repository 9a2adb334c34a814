/**
 * The address of the conversation. Chainlit writes it into the address bar from its list of
 * conversations, which on a narrow page is not there: a reload would show an empty page.
 */

const PATIENCE_MS = 500;

/** Follows what the server says about the open conversation: `{coach: "thread", id}`. */
export function keepAddress() {
  window.addEventListener("message", (event) => {
    if (event.source !== window || event.data?.coach !== "thread") return;
    const address = `/thread/${event.data.id}`;
    setTimeout(() => {
      if (location.pathname === "/") history.replaceState(history.state, "", address);
    }, PATIENCE_MS);
  });
}
