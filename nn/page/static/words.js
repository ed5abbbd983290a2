// What the page says: the language, texts filled with values, numbers as a reader writes them.

let language = PAGE.lang ?? (/^ko\b/i.test(navigator.language) ? "ko" : "en");

// The text of a key in the language; {name} is replaced by values.name, never read as markup.
function say(key, values = {}) {
  const text = PAGE.words[language][key];
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// Four significant digits, without zeros that say nothing.
function figure(x) {
  if (x === undefined) return "–";
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  const text = size !== 0 && (size >= 1e6 || size < 1e-4)
    ? x.toExponential(2).replace(/\.?0*e\+?/, "e")
    : String(Number(x.toPrecision(4)));
  return text.replace(/-/g, "−");
}

const whole = (n) => n.toLocaleString(language === "ko" ? "ko-KR" : "en-US");

// Never rounded up to 100 %, nor down to 0 %.
function percent(share) {
  if (share === undefined || Number.isNaN(share)) return figure(share);
  const tenths = Math.min(999, Math.max(1, Math.round(share * 1000)));
  return `${share === 1 ? 100 : share === 0 ? 0 : (tenths / 10).toFixed(1)} %`;
}

const isAccuracy = (name) => /accuracy$/.test(name);
const measured = (name, x) => (isAccuracy(name) ? percent(x) : figure(x));

const className = (i) => TASK.classes[i];

// "input x1", "hidden layer 2, neuron 3", "output cat": a neuron by its place; layer 0: the inputs.
function layerName(layer) {
  const last = NETWORK.layers.length;
  if (layer === 0) return say("input_layer");
  if (layer === last) return say("output_layer");
  return last === 2 ? say("hidden_layer") : say("hidden_layer_n", { n: layer });
}

function outputName(i) {
  if (TASK?.classes && TASK.border === null) return className(i);
  // A single output is large for the second of two classes; of numbers it is the target itself.
  if (TASK?.target && TASK.outputs === 1) return TASK.classes ? `${TASK.target}=${className(1)}` : TASK.target;
  return TASK?.outputs === 1 ? "ŷ" : `ŷ${i + 1}`;
}

const outputNames = () => Array.from({ length: LAYERS.at(-1).outputs }, (_, i) => outputName(i));

function neuronName(layer, i) {
  if (layer === 0) return say("input_n", { name: FEATURES[i].name });
  if (layer === NETWORK.layers.length) return say("output_n", { name: outputName(i) });
  return `${layerName(layer)}, ${say("neuron_n", { n: i + 1 })}`;
}
