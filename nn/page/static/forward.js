// Forward propagation in the browser, for maps and boundaries: the weights of each epoch, and the
// activation functions as tables of numbers that nn/page/tables.py sampled. Nothing is counted
// from here: accuracy and predictions of samples come from Python.

const LAYERS = NETWORK ? NETWORK.layers : [];
const WEIGHTS = NETWORK ? numbers(NETWORK.weights) : null;
const TABLES = NETWORK
  ? NETWORK.tables.map((table) => ({
    ...table,
    values: numbers(table.values, Float64Array),
    jumps: new Map(table.jumps.map((jump) => [
      Math.min(Math.floor((jump[0] + table.reach) * table.per_unit), 2 * table.reach * table.per_unit - 1),
      jump,
    ])),
  }))
  : [];

// Where the numbers of each layer begin within an epoch, and how many an epoch has.
const BEGINS = [];
let EPOCH_SIZE = 0;
for (const layer of LAYERS) {
  BEGINS.push(EPOCH_SIZE);
  EPOCH_SIZE += layer.outputs * (layer.inputs + 1);
}

// Weight i of neuron j in a layer (from 1) at epoch k of the slider; i = inputs: its bias.
function weightAt(k, layer, j, i) {
  const inputs = LAYERS[layer - 1].inputs;
  return WEIGHTS[k * EPOCH_SIZE + BEGINS[layer - 1] + j * (inputs + 1) + i];
}

const biasAt = (k, layer, j) => weightAt(k, layer, j, LAYERS[layer - 1].inputs);

// The largest size of a weight in a layer over all epochs: what the thickest line stands for.
const LARGEST = LAYERS.map((layer, l) => {
  let largest = 0;
  for (let k = 0; k < PAGE.epochs.length; k++) {
    for (let j = 0; j < layer.outputs; j++) {
      for (let i = 0; i < layer.inputs; i++) {
        const size = Math.abs(weightAt(k, l + 1, j, i));
        if (size > largest && size < Infinity) largest = size;
      }
    }
  }
  return largest || 1;
});

// f(z) by straight lines between the points of its table, and beyond them; exact at a jump.
function activate(table, z) {
  const { values, reach, per_unit: perUnit } = table;
  const place = (z + reach) * perUnit;
  const i = Math.min(Math.max(Math.floor(place), 0), values.length - 2);
  const jump = table.jumps.get(i);
  if (jump !== undefined && z >= -reach && z <= reach) {
    const [at, before, after] = jump;
    const [from, to] = [i / perUnit - reach, (i + 1) / perUnit - reach];
    if (z <= at) return between(z, from, values[i], at, before);
    return between(z, at, after, to, values[i + 1]);
  }
  const slope = values[i + 1] - values[i];
  // No 0 * infinity far out on a flat line.
  return slope === 0 ? values[i] : values[i] + slope * (place - i);
}

function between(z, from, value, to, last) {
  return to === from ? value : value + ((last - value) * (z - from)) / (to - from);
}

// exp(z - largest) / (the sum of all) down each column of `rows`, an array for each neuron.
function softmax(rows, n) {
  for (let p = 0; p < n; p++) {
    let largest = -Infinity;
    for (const row of rows) largest = Math.max(largest, row[p]);
    let total = 0;
    for (const row of rows) total += row[p] = Math.exp(row[p] - largest);
    for (const row of rows) row[p] /= total;
  }
}

// All layers' outputs for n points at epoch k. `columns`: an array of n numbers for each input.
// Returns for each layer, the inputs first, an array of n numbers for each neuron.
function propagate(k, columns, n) {
  const found = [columns];
  LAYERS.forEach((layer, l) => {
    const inputs = found[l];
    const outputs = [];
    for (let j = 0; j < layer.outputs; j++) {
      const z = new Float64Array(n).fill(biasAt(k, l + 1, j));
      for (let i = 0; i < layer.inputs; i++) {
        const weight = weightAt(k, l + 1, j, i);
        const x = inputs[i];
        for (let p = 0; p < n; p++) z[p] += weight * x[p];
      }
      const table = TABLES[layer.tables[j]];
      for (let p = 0; p < n; p++) z[p] = activate(table, z[p]);
      outputs.push(z);
    }
    if (layer.softmax) softmax(outputs, n);
    found.push(outputs);
  });
  return found;
}

// z of one neuron, before its activation function, from what the layer before it gave.
function weightedSum(k, layer, j, inputs, n) {
  const z = new Float64Array(n).fill(biasAt(k, layer, j));
  for (let i = 0; i < LAYERS[layer - 1].inputs; i++) {
    const weight = weightAt(k, layer, j, i);
    for (let p = 0; p < n; p++) z[p] += weight * inputs[i][p];
  }
  return z;
}
