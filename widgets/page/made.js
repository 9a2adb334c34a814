/** Pieces of a dialog, and the server's answers to it in one shape. */

export function make(tag, properties = {}, ...children) {
  const { dataset, role, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset ?? {});
  if (role) node.setAttribute("role", role);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** `{answer}`, or `{problem}` in words for the member. */
export async function send(method, address, body) {
  const content = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(address, { method, ...content }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  if (response?.ok) return { answer };
  return { problem: answer?.detail ?? "The server does not answer. Your connection or the server is down." };
}
