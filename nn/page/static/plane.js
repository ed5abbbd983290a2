// The decision boundary: the plane of two features, colored by the class the network chooses in
// each place, with the samples. Solid signs were trained on, hollow ones were not.

const PLANE_GRID = 88; // points along the horizontal side

function planePart() {
  const part = card("plane", "plane", ["plane_caption"]);
  const [x, y] = MAP.sides.map((side, i) => side.map((value) => inUnits(value, i)));
  let picture = null;
  let shown = START;

  function build() {
    const width = roomOf(part.body);
    const shape = Math.abs((y[1] - y[0]) / (x[1] - x[0]));
    const height = Math.round(Math.min(Math.max(width * shape, width * 0.66), width * 1.02));
    const plot = axes(width, height, { x, y, xLabel: FEATURES[0].name, yLabel: FEATURES[1].name });
    const { left, top, right, bottom } = plot.inner;
    const canvas = element("canvas", { "aria-hidden": "true" });
    Object.assign(canvas.style, {
      left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    });
    const marks = svg("g", { class: "choices" });
    const border = svg("path", { class: "border" });
    const samples = svg("g");
    for (const set of SETS) {
      for (let p = 0; p < set.shown; p++) {
        samples.append(sign(set.targets[p], plot.px(inUnits(set.inputs[2 * p], 0)),
          plot.py(inUnits(set.inputs[2 * p + 1], 1)), 4.2, set !== SETS[0]));
      }
    }
    plot.root.append(marks, border, samples);
    plot.root.setAttribute("role", "img");
    plot.root.setAttribute("aria-label", say("plane"));
    const holder = element("div", { class: "over" }, canvas, plot.root);
    part.body.replaceChildren(holder, setLegend());
    picture = { plot, canvas, marks, border, columns: PLANE_GRID, rows: Math.max(2, Math.round(PLANE_GRID * (bottom - top) / (right - left))) };
    update(shown);
  }

  function update(k) {
    shown = k;
    const { plot, canvas, marks, border, columns, rows } = picture;
    const { left, top, right, bottom } = plot.inner;
    const n = columns * rows;
    const outputs = propagate(k, gridOf(columns, rows), n).at(-1);
    const decision = decide(outputs, n);
    paint(canvas, decision, columns, rows);
    const place = (c, r) => point(left + (c / (columns - 1)) * (right - left), top + (r / (rows - 1)) * (bottom - top));
    border.setAttribute("d", decision.fields.map((field) => zeroLine(field, columns, rows, place)).join(""));
    marks.replaceChildren(...choiceMarks(decision, columns, rows, plot.inner));
  }

  return { node: part.node, build, update };
}

// Which class wins at each of n points, how surely (0 to 1), and the fields whose zero lines
// are the borders.
function decide(outputs, n) {
  const winners = new Uint16Array(n);
  const surety = new Float64Array(n);
  if (TASK.border !== null) {
    const field = outputs[0].map((value) => value - TASK.border);
    for (let p = 0; p < n; p++) {
      winners[p] = field[p] > 0 ? 1 : 0;
      // A probability is at most 1/2 from its border; a score counts as sure at 1, its margin.
      surety[p] = Math.min(1, Math.abs(field[p]) * (TASK.probability === "" ? 2 : 1)) || 0;
    }
    return { winners, surety, fields: [field] };
  }
  const shares = outputs.map((row) => Float64Array.from(row));
  if (TASK.probability === "softmax") softmax(shares, n);
  const fields = outputs.map(() => new Float64Array(n));
  for (let p = 0; p < n; p++) {
    let [first, second] = [0, -1];
    for (let c = 1; c < outputs.length; c++) {
      if (outputs[c][p] > outputs[first][p]) [first, second] = [c, first];
      else if (second < 0 || outputs[c][p] > outputs[second][p]) second = c;
    }
    winners[p] = first;
    surety[p] = second < 0 ? 1 : Math.min(1, shares[first][p] - shares[second][p]) || 0;
    for (let c = 0; c < outputs.length; c++) {
      fields[c][p] = outputs[c][p] - outputs[c === first && second >= 0 ? second : first][p];
    }
  }
  return { winners, surety, fields };
}

function paint(canvas, { winners, surety }, columns, rows) {
  canvas.width = columns;
  canvas.height = rows;
  const image = new ImageData(columns, rows);
  const colors = Array.from({ length: N_COLORS }, (_, i) => rgb(`class-${i}`));
  for (let p = 0; p < columns * rows; p++) {
    image.data.set([...colors[colorOf(winners[p])], 26 + 84 * surety[p]], 4 * p);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

// Small signs of the chosen classes, in a lattice over the plane: what the colors say, again.
function choiceMarks({ winners }, columns, rows, { left, top, right, bottom }) {
  const paths = new Map();
  const step = 30;
  for (let y = top + step / 2; y < bottom; y += step) {
    for (let x = left + step / 2; x < right; x += step) {
      const c = Math.round(((x - left) / (right - left)) * (columns - 1));
      const r = Math.round(((y - top) / (bottom - top)) * (rows - 1));
      const winner = winners[r * columns + c];
      if (!paths.has(winner)) paths.set(winner, []);
      paths.get(winner).push(sign(winner, x, y, 1.9, false, "choice"));
    }
  }
  return [...paths.values()].flat();
}

// The signs of the classes, and what solid and hollow mean.
function setLegend() {
  const entries = TASK.classes.map((name, i) => [sign(i, 0, 0, 5), named(name)]);
  return element("div", {}, legend(entries), setNote());
}

// How many samples of each set are shown, and how they differ.
function setNote() {
  const entries = SETS.map((set, i) => [
    sign(0, 0, 0, 4.5, i > 0, "neutral"),
    `${say(set.name)}: ${set.shown < set.total ? say("shown_of", { shown: whole(set.shown), total: whole(set.total) }) : whole(set.total)}`,
  ]);
  return legend(entries);
}
