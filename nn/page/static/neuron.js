// The numbers of one neuron: its formula, its bias, its weights by size.

const MOST_WEIGHTS = 12;
const NAME_ROOM = 18 * REM; // of a feature's name, which the table breaks over several lines
const FEATURE_NAMES = fitted(FEATURES.map(({ name }) => name), NAME_ROOM, 0.84 * REM).map(([line]) => line);

function drawPanel(panel, layer, i, k) {
  const title = element("h3", {}, named(neuronName(layer, i)));
  if (layer === 0) {
    panel.replaceChildren(title, element("p", { class: "caption" }, say("inputs_none")), scaleNote(i));
    return;
  }
  const { inputs, name, softmax: across } = LAYERS[layer - 1];
  const all = Array.from({ length: inputs }, (_, from) => ({ from, weight: weightAt(k, layer, i, from) }));
  const listed = all.length <= MOST_WEIGHTS ? all : all
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, MOST_WEIGHTS);
  const largest = Math.max(...all.map(({ weight }) => Math.abs(weight) || 0)) || 1;
  const rows = listed.map(({ from, weight }) => element("tr", {},
    element("th", { scope: "row", title: sourceName(layer - 1, from) }, named(layer === 1 ? FEATURE_NAMES[from] : sourceName(layer - 1, from))),
    element("td", {}, bar(weight, largest)),
    element("td", { class: "number" }, figure(weight))));
  panel.replaceChildren(
    title,
    element("p", { class: "formula" }, formula(name, across, inputs, layer === 1 ? "x" : "h")),
    element("dl", { class: "pairs" },
      element("dt", {}, say("bias")), element("dd", {}, figure(biasAt(k, layer, i))),
      element("dt", {}, say("activation")),
      element("dd", {}, across ? say("softmax_across") : name)),
    element("table", { class: "weights" }, element("caption", {}, say("weights")),
      element("tbody", {}, ...rows)),
    listed.length < inputs
      ? element("p", { class: "caption" }, say("largest_shown", { shown: listed.length, total: whole(inputs) }))
      : "");
}

// Where an input of a neuron comes from.
function sourceName(layer, i) {
  return layer === 0 ? FEATURES[i].name : say("neuron_n", { n: i + 1 });
}

// Of what the inputs are, x, or of what the layer before it gives, h.
function formula(name, across, inputs, x) {
  const product = (i) => `w${i}${x}${i}`;
  const sum = inputs === 1 ? `w·${x} + b`
    : inputs === 2 ? `${product("₁")} + ${product("₂")} + b` : `${product("₁")} + … + ${product("ₙ")} + b`;
  return across || name === "identity" ? sum : `${name}(${sum})`;
}

// A weight as a bar from the middle: to the right positive, to the left negative.
function bar(weight, largest) {
  const length = 20 * Math.min(1, Math.abs(weight) / largest || 0);
  return svg("svg", { width: 44, height: 12, viewBox: "-22 -6 44 12", "aria-hidden": "true" },
    svg("line", { class: "zero", x1: 0, x2: 0, y1: -6, y2: 6 }),
    svg("rect", {
      class: weight < 0 ? "negative" : "positive",
      x: weight < 0 ? -length : 0, y: -4, width: length, height: 8,
    }));
}

// How the user's units become the input; nothing where they are the same.
function scaleNote(i) {
  const { name, mean, deviation } = FEATURES[i];
  if (mean === 0 && deviation === 1) return "";
  return element("p", { class: "caption" },
    say("scaled", { name, mean: figure(mean), deviation: figure(deviation) }));
}
