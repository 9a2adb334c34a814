/**
 * Numbers in prose and their place in the cards. The chat writes a bound number as a link,
 * `[602.31](#a3)`, `#a1,a3,a7` for one worked out of several, and `#unsourced` for a number that no
 * source supports. Such links never navigate.
 */

const FIGURES = /^#([a-z]+\d+(?:,[a-z]+\d+)*)$/;
const MARK = "tc-lit";

/** Starts listening on the whole document; links come and go while answers stream. */
export function watchFigures() {
  document.addEventListener("click", onClick, { capture: true });
  document.addEventListener("auxclick", onClick, { capture: true });
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, onEnter);
  for (const name of ["mouseout", "focusout"]) document.addEventListener(name, onLeave);
}

/** Calls `open()` when a figure among `figures` is looked for but nowhere on the page. */
export function useReveal(React, figures, open) {
  React.useEffect(() => {
    const wanted = new Set(figures);
    const onReveal = (event) => wanted.has(event.detail) && open();
    document.addEventListener("coach:reveal", onReveal);
    return () => document.removeEventListener("coach:reveal", onReveal);
  });
}

function figuresOf(target) {
  const link = target instanceof Element ? target.closest('a[href^="#"]') : null;
  const match = link && FIGURES.exec(link.getAttribute("href"));
  return match ? match[1].split(",") : null;
}

function placesOf(figures) {
  return figures.flatMap((id) => [...document.querySelectorAll(`[data-figure="${id}"]`)]);
}

function onClick(event) {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (!link) return;
  const figures = figuresOf(link);
  if (!figures && link.getAttribute("href") !== "#unsourced") return;
  event.preventDefault();
  event.stopPropagation();
  if (figures) show(figures);
}

function show(figures) {
  for (const id of figures) {
    if (placesOf([id]).length === 0) {
      document.dispatchEvent(new CustomEvent("coach:reveal", { detail: id }));
    }
  }
  requestAnimationFrame(() => {
    const places = placesOf(figures);
    places[0]?.scrollIntoView({ block: "nearest" });
    for (const place of places) place.classList.add(MARK);
    setTimeout(() => places.forEach((place) => place.classList.remove(MARK)), 1600);
  });
}

function onEnter(event) {
  for (const place of placesOf(figuresOf(event.target) ?? [])) place.classList.add(MARK);
}

function onLeave(event) {
  for (const place of placesOf(figuresOf(event.target) ?? [])) place.classList.remove(MARK);
}
