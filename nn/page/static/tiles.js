// What a neuron responds to, as a small picture: a map of the plane for two features, a line for
// one, the 8x8 image of its weights for 64, bars of its weights otherwise.

const MAP_SIDE = 36; // points of a map along each side
const IMAGE_SIDE = 8;
const MOST_BARS = 40;

// The region of the plane (or line) that is drawn, in the network's inputs; null for more features.
const MAP = NETWORK && FEATURES.length <= 2 && LAYERS[0].inputs === FEATURES.length ? (() => {
  const n = FEATURES.length;
  const sides = FEATURES.map((_, i) => {
    const values = SETS.map((set) => (set.inputs ?? []).filter((_x, p) => p % n === i));
    return range(values, n === 2 ? 0.1 : 0.06);
  });
  return { sides, isPlane: n === 2 };
})() : null;

// The inputs at each point of a grid over the region; for one feature a row of points.
function gridOf(width, height) {
  const [x, y] = MAP.sides;
  const n = width * height;
  const columns = MAP.sides.map(() => new Float64Array(n));
  for (let p = 0; p < n; p++) {
    const [c, r] = [p % width, Math.floor(p / width)];
    columns[0][p] = x[0] + ((x[1] - x[0]) * c) / (width - 1);
    if (MAP.isPlane) columns[1][p] = y[1] - ((y[1] - y[0]) * r) / (height - 1);
  }
  return columns;
}

// All neurons of a layer are drawn on one scale, so that one that does little looks so.
const largestOf = (rows) =>
  rows.reduce((most, row) => row.reduce((m, x) => (Math.abs(x) > m && Math.abs(x) < Infinity ? Math.abs(x) : m), most), 0) || 1;

// All neurons' outputs over the region at epoch k; computed once for all pictures.
const mapOf = (() => {
  let [known, found] = [-1, null];
  return (k) => {
    if (k !== known) {
      const height = MAP.isPlane ? MAP_SIDE : 1;
      const width = MAP.isPlane ? MAP_SIDE : 3 * MAP_SIDE;
      const n = width * height;
      const layers = propagate(k, gridOf(width, height), n);
      found = { width, height, n, layers, largest: layers.map(largestOf), ranges: layers.map((rows) => range(rows, 0.08)) };
      known = k;
    }
    return found;
  };
})();

const isImage = (layer) => layer === 1 && LAYERS[0].inputs === IMAGE_SIDE ** 2;

// The small picture inside a neuron of the network; null where there is none.
function thumbnail(layer, i, size) {
  if (MAP?.isPlane || isImage(layer)) {
    const canvas = element("canvas", { width: MAP_SIDE, height: MAP_SIDE, "aria-hidden": "true" });
    return { node: canvas, draw: (k) => (isImage(layer) ? drawImage : drawMap)(canvas, k, layer, i) };
  }
  if (MAP) {
    const overlay = svg("svg", { viewBox: `0 0 ${size} ${size}`, width: size, height: size, class: "response", "aria-hidden": "true" });
    return { node: overlay, draw: (k) => drawResponse(overlay, k, layer, i, size) };
  }
  if (layer === LAYERS.length && TASK?.classes && TASK.border === null) {
    const half = size / 2;
    return {
      node: svg("svg", { width: size, height: size, viewBox: `${-half} ${-half} ${size} ${size}`, "aria-hidden": "true" },
        sign(i, 0, 0, size / 5)),
      draw: () => {},
    };
  }
  return null;
}

// The outputs over the plane: blue where positive, orange where negative, paler towards 0.
function drawMap(canvas, k, layer, i) {
  const { n, width, height, layers, largest } = mapOf(k);
  const values = layers[layer][i];
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  const colors = [rgb("positive"), rgb("negative")];
  for (let p = 0; p < n; p++) {
    const color = values[p] < 0 ? colors[1] : colors[0];
    image.data.set([...color, 230 * Math.min(1, Math.abs(values[p]) / largest[layer])], 4 * p);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// What is drawn over a map: the line where the weighted sum is 0, the largest and the smallest.
function mapSigns(overlay, k, layer, i, side) {
  const { n, width, height, layers } = mapOf(k);
  const scale = side / (width - 1);
  const place = (c, r) => point(c * scale, r * scale);
  const parts = [];
  if (layer > 0) {
    const z = weightedSum(k, layer, i, layers[layer - 1], n);
    parts.push(svg("path", { class: "zero", d: zeroLine(z, width, height, place) }));
  }
  const values = layers[layer][i];
  let [low, high] = [0, 0];
  for (let p = 1; p < n; p++) {
    if (values[p] < values[low]) low = p;
    if (values[p] > values[high]) high = p;
  }
  const marks = values[high] > 0 ? [["+", high]] : [];
  if (values[low] < 0) marks.push(["−", low]);
  if (!marks.length) marks.push(["0", Math.floor(height / 2) * width + Math.floor(width / 2)]);
  for (const [mark, p] of marks) {
    const inside = (x) => Math.min(Math.max(x * scale, 7), side - 7);
    parts.push(svg("text", { x: inside(p % width), y: inside(Math.floor(p / width)) + 5, "text-anchor": "middle" }, mark));
  }
  overlay.replaceChildren(...parts);
}

// The 64 weights as an image: blue positive, orange and hatched negative.
function drawImage(canvas, k, layer, i) {
  const cell = canvas.clientWidth > 40 ? 20 : 6;
  canvas.width = canvas.height = IMAGE_SIDE * cell;
  const context = canvas.getContext("2d");
  const weights = Array.from({ length: IMAGE_SIDE ** 2 }, (_, from) => weightAt(k, layer, i, from));
  const largest = LARGEST[layer - 1];
  const colors = { positive: rgb("positive"), negative: rgb("negative") };
  weights.forEach((weight, from) => {
    const [x, y] = [(from % IMAGE_SIDE) * cell, Math.floor(from / IMAGE_SIDE) * cell];
    const share = Math.min(1, Math.abs(weight) / largest) || 0;
    const color = weight < 0 ? colors.negative : colors.positive;
    context.fillStyle = `rgba(${color},${0.9 * share})`;
    context.fillRect(x, y, cell, cell);
    if (weight < 0 && share > 0.15 && cell > 10) {
      context.strokeStyle = `rgba(${rgb("card")},${0.35 + 0.5 * share})`;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(x + 3, y + cell - 3);
      context.lineTo(x + cell - 3, y + 3);
      context.stroke();
    }
  });
}

// The output of a neuron along the one feature.
function drawResponse(overlay, k, layer, i, side) {
  const { n, layers, ranges } = mapOf(k);
  const values = layers[layer][i];
  const [low, high] = ranges[layer];
  const x = (p) => 3 + ((side - 6) * p) / (n - 1);
  const y = (value) => side - 4 - ((side - 8) * (value - low)) / (high - low);
  overlay.replaceChildren(
    low < 0 && high > 0 ? svg("line", { class: "zero", x1: 0, x2: side, y1: y(0), y2: y(0) }) : "",
    svg("path", { class: "line", d: lineThrough(Array.from({ length: n }, (_, p) => p), values, x, y) }));
}

// The weights of a neuron as bars from the middle, one below the other.
function drawBars(overlay, k, layer, i, side) {
  const n = Math.min(MOST_BARS, LAYERS[layer - 1].inputs);
  const weights = Array.from({ length: n }, (_, from) => weightAt(k, layer, i, from));
  const largest = LARGEST[layer - 1];
  const height = Math.min(14, (side - 8) / n);
  const top = (side - height * n) / 2;
  overlay.replaceChildren(
    svg("line", { class: "zero", x1: side / 2, x2: side / 2, y1: 2, y2: side - 2 }),
    ...weights.map((weight, from) => {
      const length = (side / 2 - 5) * Math.min(1, Math.abs(weight) / largest || 0);
      return svg("rect", {
        class: weight < 0 ? "negative" : "positive", x: weight < 0 ? side / 2 - length : side / 2,
        y: top + from * height + height * 0.1, width: length, height: height * 0.8,
      });
    }));
}
