/** A row of tabs over one panel, with the keys such rows have. */

import { make } from "./made.js";

/**
 * `{node, chosen, count({id: number})}` of `{id: {title}}`, beginning with `first` if there is such a tab;
 * `onChoose()` after another was chosen.
 */
export function tabList(tabs, panel, first, onChoose) {
  const ids = Object.keys(tabs);
  const buttons = ids.map((id) => make("button", { type: "button", id: `tc-tab-${id}`, role: "tab" }, tabs[id].title));
  const node = make("div", { className: "tc-tabs", role: "tablist" }, ...buttons);
  const list = { node, chosen: "", count };
  const choose = (id, { isSilent = false } = {}) => {
    list.chosen = id;
    buttons.forEach((button, place) => {
      const isChosen = ids[place] === id;
      button.setAttribute("aria-selected", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tc-tab-${id}`);
    if (!isSilent) onChoose();
  };
  buttons.forEach((button, place) => {
    button.setAttribute("aria-controls", panel.id);
    button.addEventListener("click", () => choose(ids[place]));
  });
  node.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (ids.indexOf(list.chosen) + step + ids.length) % ids.length;
    choose(ids[next]);
    buttons[next].focus();
  });

  function count(numbers) {
    buttons.forEach((button, place) => {
      const number = numbers[ids[place]];
      button.replaceChildren(tabs[ids[place]].title, ...(number ? [make("span", { className: "tc-quiet", textContent: ` ${number}` })] : []));
    });
  }

  choose(ids.includes(first) ? first : ids[0], { isSilent: true });
  return list;
}
