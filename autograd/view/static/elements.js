// Elements, texts and numbers. Texts become text nodes, so a name from a user's data is never markup.

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const element = (tag, attributes = {}, ...children) =>
  filled(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// A name from the user's data; isolated, so that a right-to-left name keeps to its place.
const named = (text) => element("bdi", {}, text);

// A text with its {places} filled in; a place that is not given stays as it is.
const put = (text, places) => text.replace(/\{(\w+)\}/g, (place, key) => places[key] ?? place);

// The number that Python's repr stands for: "inf" and "nan" too.
const SPECIAL = { __proto__: null, inf: Infinity, "-inf": -Infinity, nan: NaN };
const numberOf = (text) => (text in SPECIAL ? SPECIAL[text] : Number(text));

// A text with each number in it that has a point to some significant digits.
const withRounded = (text, digits) =>
  text.replace(/(?<![\w.])\d+(?:\.\d+(?:e[+-]?\d+)?|e[+-]?\d+)/g, (number) => rounded(number, digits));

// A number given as Python's repr, to some significant digits, as Python's "g" format writes it.
function rounded(text, digits) {
  const x = numberOf(text);
  if (!Number.isFinite(x) || x === 0) return text.replace(/\.0$/, "");
  const [mantissa, exponent] = x.toExponential(digits - 1).split("e");
  if (exponent >= -4 && exponent < digits) {
    const fixed = x.toFixed(Math.max(0, digits - 1 - exponent));
    return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  }
  const plain = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return `${plain}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}
