/** This browser as a channel: asked for by a click, named by what it is. */

const WORKER = "/assets/coach/pushworker.js";

/** Why this browser cannot be told; empty if it can. */
export function hindrance() {
  if (!window.isSecureContext) return "Browsers take messages only from https:// or from this very machine.";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    return "This browser takes no messages. Another one does, or another place below.";
  }
  return "";
}

/** A subscription of this browser, `{subscription, name}`, or `{problem}`. Must follow a click. */
export async function subscribe(pushKey) {
  const problem = hindrance();
  if (problem) return { problem };
  if ((await Notification.requestPermission()) !== "granted") {
    return { problem: "This browser was told not to show messages of this page. Allow them beside the address and try again." };
  }
  try {
    const worker = await active(await navigator.serviceWorker.register(WORKER));
    const key = bytes(pushKey);
    const before = await worker.pushManager.getSubscription();
    if (before && !isSame(before.options.applicationServerKey, key)) await before.unsubscribe();
    const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    return { subscription: subscription.toJSON(), name: browserName() };
  } catch (error) {
    return { problem: `This browser's push service does not answer (${error.name}). Try again later.` };
  }
}

/** `ready` waits for a worker of this page; ours serves none. */
function active(registration) {
  const coming = registration.active ?? registration.waiting ?? registration.installing;
  if (!coming || coming.state === "activated") return registration;
  return new Promise((resolve, reject) => {
    coming.addEventListener("statechange", () => {
      if (coming.state === "activated") resolve(registration);
      else if (coming.state === "redundant") reject(new Error("redundant"));
    });
  });
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function isSame(buffer, key) {
  const other = new Uint8Array(buffer ?? new ArrayBuffer(0));
  return other.length === key.length && other.every((byte, at) => byte === key[at]);
}

function browserName() {
  const agent = navigator.userAgent;
  const browser = [["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]];
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Mac OS", "Mac"], ["Windows", "Windows"], ["Linux", "Linux"]];
  const found = (list) => list.find(([mark]) => agent.includes(mark))?.[1];
  return [found(browser) ?? "Browser", found(system)].filter(Boolean).join(" on ");
}
