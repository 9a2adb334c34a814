/** What a member made of a row: read out of its fields, checked before it is sent. */

const NUMBER = /^[-+]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?$/;
const NUMBERS = new Set(["quantity", "strike", "entry_price"]);

/** A number as it was typed; null if it is none. */
export function numberIn(text) {
  const spelled = text.trim().replace("−", "-");
  return /\d/.test(spelled) && NUMBER.test(spelled) ? Number(spelled.replaceAll(",", "")) : null;
}

/** A row that can say whether it is taken, whether it is whole, and what it holds. */
export function remembered(node, chosen, inputs, fields) {
  const isNeeded = (shape) => !shape.optional && (!shape.option || inputs.kind.value === "option");
  const isRight = (name, shape) => {
    const text = inputs[name].value.trim();
    if (!text) return !isNeeded(shape);
    if (!NUMBERS.has(name)) return true;
    const number = numberIn(text);
    return number !== null && (name !== "quantity" || number !== 0);
  };
  const check = () => {
    let isWhole = true;
    for (const [name, , shape] of fields) {
      const isFine = isRight(name, shape);
      inputs[name].setAttribute("aria-invalid", String(!isFine));
      isWhole &&= isFine;
    }
    return isWhole;
  };
  const values = () => {
    const isOption = inputs.kind.value === "option";
    const number = (name) => numberIn(inputs[name].value);
    return {
      underlying: inputs.underlying.value.trim(),
      kind: inputs.kind.value,
      quantity: number("quantity"),
      right: isOption ? inputs.right.value : null,
      strike: isOption ? number("strike") : null,
      expiry: isOption ? inputs.expiry.value : null,
      price: number("entry_price"),
    };
  };
  const focus = () => node.querySelector('[aria-invalid="true"]')?.focus();
  return { node, isChosen: () => chosen.checked, check, values, focus };
}
