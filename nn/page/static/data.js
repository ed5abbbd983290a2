// What the page was given: PAGE, the contents that nn/page/contents.py wrote, with its arrays
// of numbers decoded (little-endian, base64).

const PAGE = JSON.parse(document.getElementById("contents").textContent);

function numbers(text, Kind = Float32Array) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return new Kind(bytes.buffer);
}

// The measures of the epochs: name -> numbers; "epoch" are the epochs themselves.
const MEASURES = {};
for (const [name, text] of Object.entries(PAGE.curves.measures)) MEASURES[name] = numbers(text);

// The epochs of the slider; without weights, those of the curves.
const EPOCHS = PAGE.epochs.length ? PAGE.epochs : Array.from(MEASURES.epoch);

// Where the slider starts: the network that was kept, else the last epoch.
const START = PAGE.kept === null ? EPOCHS.length - 1 : EPOCHS.indexOf(PAGE.kept);

const TASK = PAGE.task;
const FEATURES = PAGE.features;
const NETWORK = PAGE.network;
const OUTCOME = PAGE.outcome;

const SETS = PAGE.sets.map((set) => ({
  ...set,
  inputs: set.inputs === undefined ? null : numbers(set.inputs),
  targets: numbers(set.targets, TASK.classes ? Uint32Array : Float32Array),
}));

// A measure at an epoch of the slider; undefined where it was not measured, as before training.
function measureAt(name, k) {
  const place = MEASURES.epoch.indexOf(EPOCHS[k]);
  return place < 0 || !MEASURES[name] ? undefined : MEASURES[name][place];
}

// In the units of the user's own data: an input of the network, and an output.
const inUnits = (x, i) => FEATURES[i].mean + FEATURES[i].deviation * x;
const asAnswer = (y) => TASK.mean + TASK.deviation * y;
