/** Nodes of the dialog of pictures. Whatever a picture says is text here, never markup. */

export function make(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const node = Object.assign(document.createElement(tag), rest);
  Object.assign(node.dataset, dataset ?? {});
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A picture's line: its thumbnail, its name, and how far it is. */
export function pictureLine(file) {
  const address = URL.createObjectURL(file);
  const state = make("span", { className: "tc-shot-state", textContent: "Queued" });
  const bar = make("progress", { max: 1, value: 0, hidden: true });
  const thumbnail = make("img", { src: address, alt: "" });
  thumbnail.addEventListener("error", () => { thumbnail.hidden = true; });
  const name = make("span", { className: "tc-shot-name", textContent: file.name || "Picture" });
  const node = make("li", {}, thumbnail, name, state, bar);
  const say = (words, share) => {
    state.textContent = words;
    bar.hidden = share === undefined;
    if (share === null) bar.removeAttribute("value");
    else bar.value = share ?? 0;
  };
  const fail = (words) => { say(words); node.dataset.failed = "yes"; };
  return { node, say, fail, release: () => URL.revokeObjectURL(address) };
}

const TERMS = [[0, "when confirmed or closed"], [1, "after 1 day"], [7, "after 7 days"], [30, "after 30 days"]];

/** The choice of how long pictures are kept, `days` chosen. */
export function termChoice(days) {
  const select = make("select");
  const terms = TERMS.some(([each]) => each === days) ? TERMS : [...TERMS, [days, `after ${days} days`]];
  for (const [each, words] of terms) select.append(make("option", { value: String(each), textContent: words }));
  select.value = String(days);
  const node = make("label", { className: "tc-shot-term" }, make("span", { textContent: "Delete picture" }), select);
  return { node, days: () => Number(select.value), onChange: (hear) => select.addEventListener("input", hear) };
}
