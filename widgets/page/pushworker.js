/**
 * Draws what the coach sends while no page is open, and opens its conversation on a click.
 *
 * It serves no pages: it is registered for this folder only. A message that arrives twice has the
 * same tag and replaces itself.
 */

self.addEventListener("push", (event) => {
  const { id, title, text, link, at } = event.data.json();
  event.waitUntil(
    self.registration.showNotification(title, {
      body: text,
      tag: id,
      timestamp: Date.parse(at),
      icon: "/favicon",
      data: { link },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(ours(event.notification.data.link)));
});

/** The path of a link on this very site, whatever name the server knows itself by. */
function ours(link) {
  const { pathname } = new URL(link, self.location.origin);
  return new URL(pathname, self.location.origin).href;
}

async function open(address) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url.split("#")[0] === address);
  return there ? there.focus() : self.clients.openWindow(address);
}

self.addEventListener("install", () => self.skipWaiting());
