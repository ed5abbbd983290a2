// What the network makes of the samples, where there is no plane: the fitted curve for one
// feature, predicted against actual for numbers, how sure it is for classes. The answers come from
// Python; only the curve is computed here.

const CURVE_POINTS = 160;

function curvePart() {
  const part = card("curve", "curve", ["curve_caption"]);
  let picture = null;
  let shown = START;
  const grid = gridOf(CURVE_POINTS, 1);
  const xs = Array.from(grid[0], (x) => inUnits(x, 0));
  const y = range(SETS.map((set) => set.targets), 0.15).map(asAnswer);

  function build() {
    const width = roomOf(part.body);
    const plot = axes(width, Math.round(width * 0.8), {
      x: MAP.sides[0].map((x) => inUnits(x, 0)), y, grid: true,
      xLabel: FEATURES[0].name, yLabel: TASK.target ?? say("actual"),
    });
    const samples = svg("g");
    SETS.forEach((set, i) => {
      const outputs = set.targets.length / set.shown;
      set.targets.forEach((target, p) => samples.append(sign(p % outputs,
        plot.px(inUnits(set.inputs[Math.floor(p / outputs)], 0)), plot.py(asAnswer(target)), 4, i > 0)));
    });
    const lines = Array.from({ length: TASK.outputs }, () => svg("path", { class: "prediction" }));
    const clip = svg("clipPath", { id: "curve-room" }, svg("rect", {
      x: plot.inner.left, y: plot.inner.top, width: plot.inner.right - plot.inner.left,
      height: plot.inner.bottom - plot.inner.top,
    }));
    plot.root.append(clip, samples, svg("g", { "clip-path": "url(#curve-room)" }, ...lines));
    describe(plot.root, say("curve"));
    part.body.replaceChildren(plot.root, setNote(),
      legend([[svg("path", { class: "prediction", d: "M-9,0H9" }), say("prediction_line")]]));
    picture = { plot, lines };
    update(shown);
  }

  function update(k) {
    shown = k;
    const outputs = propagate(k, grid, CURVE_POINTS).at(-1);
    picture.lines.forEach((line, o) => line.setAttribute("d",
      lineThrough(xs, outputs[o].map(asAnswer), picture.plot.px, picture.plot.py)));
  }

  return { node: part.node, build, update };
}

function answersPart() {
  const part = card("answers", "answers", ["answers_caption"]);
  const actual = OUTCOME.actual.map((text) => numbers(text).map(asAnswer));
  const answers = OUTCOME.answers.map((text) => numbers(text).map(asAnswer));
  const both = range(actual, 0.12);
  let picture = null;
  let shown = START;

  function build() {
    const width = roomOf(part.body);
    const plot = axes(width, Math.round(Math.min(width, 460)), {
      x: both, y: both, grid: true, xLabel: named2(say("actual"), TASK.target), yLabel: say("predicted"),
    });
    const { px, py, inner } = plot;
    plot.root.append(svg("line", { class: "border", x1: px(both[0]), y1: py(both[0]), x2: px(both[1]), y2: py(both[1]) }));
    const points = actual.map((values, set) => Array.from(values, (_, p) =>
      sign(p % TASK.outputs, 0, 0, 4, set > 0)));
    plot.root.append(...points.flat());
    describe(plot.root, say("answers"));
    part.body.replaceChildren(plot.root, answersNote());
    picture = { px, py, inner, points };
    update(shown);
  }

  function update(k) {
    shown = k;
    const { px, py, inner, points } = picture;
    points.forEach((marks, set) => marks.forEach((mark, p) => {
      const y = py(answers[set][k * marks.length + p]);
      // What lies outside stays visible at the edge.
      const inside = Number.isFinite(y) ? Math.min(Math.max(y, inner.top), inner.bottom) : inner.bottom;
      mark.setAttribute("transform", `translate(${px(actual[set][p]).toFixed(1)},${inside.toFixed(1)})`);
      mark.classList.toggle("outside", inside !== y);
    }));
  }

  return { node: part.node, build, update };
}

const named2 = (text, name) => (name ? `${text}: ${name}` : text);

function answersNote() {
  return legend(SETS.map((set, i) => [
    sign(0, 0, 0, 4.5, i > 0),
    `${say(set.name)}: ${OUTCOME.shown[i] < set.total ? say("shown_of", { shown: whole(OUTCOME.shown[i]), total: whole(set.total) }) : whole(set.total)}`,
  ]));
}

function describe(root, text) {
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", text);
}

// The height of a class's row.
const rowOf = (n) => Math.min(72, Math.max(34, 230 / n));

function scoresPart() {
  const isProbability = TASK.probability !== null;
  const kind = isProbability ? "probability" : "margin";
  const part = card("scores", "scores", [`scores_caption_${kind}`]);
  const actual = numbers(OUTCOME.actual, Uint32Array);
  const n = actual.length;
  const predicted = numbers(OUTCOME.predicted, TASK.classes.length < 256 ? Uint8Array : Uint32Array);
  const scores = numbers(OUTCOME.scores);
  const x = isProbability ? [0, 1] : range([scores], 0.05);
  // The samples of a row lie beside each other by turns, always in the same place.
  const lanes = actual.map((_, p) => (p * 7) % 11);
  let picture = null;
  let shown = START;

  function build() {
    const width = roomOf(part.body);
    const height = TASK.classes.length * rowOf(TASK.classes.length) + 60;
    const room = Math.min(110, width * 0.3);
    const plot = axes(width, height, {
      x, y: [TASK.classes.length, 0], rows: true, room, xLabel: say(isProbability ? "probability" : "margin"),
    });
    const rows = svg("g", { class: "axes" });
    const names = fitted(TASK.classes, room - 26, SVG_SIZE);
    TASK.classes.forEach((_name, i) => {
      const y = plot.py(i + 0.5);
      if (i % 2 === 0) {
        rows.append(svg("rect", { class: "stripe", x: plot.inner.left, y: plot.py(i), width: plot.inner.right - plot.inner.left, height: plot.py(1) - plot.py(0) }));
      }
      rows.append(sign(i, plot.inner.left - 12, y, 5),
        svg("text", { x: plot.inner.left - 23, y: y + 4, "text-anchor": "end" }, ...names[i]));
    });
    if (!isProbability) rows.append(svg("line", { class: "border", x1: plot.px(0), x2: plot.px(0), y1: plot.inner.top, y2: plot.inner.bottom }));
    const marks = Array.from(actual, (c) => sign(c, 0, 0, 3.6));
    plot.root.append(rows, ...marks);
    describe(plot.root, say("scores"));
    const set = SETS[OUTCOME.set];
    part.body.replaceChildren(plot.root, legend([
      [svg("path", { d: shapeOf(6, 5), class: "sign wrong" }), say("wrong")],
      [null, `${say(set.name)}: ${OUTCOME.shown < set.total ? say("shown_of", { shown: whole(OUTCOME.shown), total: whole(set.total) }) : whole(set.total)}`],
    ]));
    picture = { plot, marks };
    update(shown);
  }

  function update(k) {
    shown = k;
    const { plot, marks } = picture;
    marks.forEach((mark, p) => {
      const score = scores[k * n + p];
      const isWrong = predicted[k * n + p] !== actual[p];
      const px = plot.px(Math.min(Math.max(Number.isFinite(score) ? score : x[0], x[0]), x[1]));
      const py = plot.py(actual[p] + 0.2 + (0.6 * lanes[p]) / 10);
      mark.setAttribute("transform", `translate(${px.toFixed(1)},${py.toFixed(1)})`);
      if (mark.classList.contains("wrong") !== isWrong) {
        mark.classList.toggle("wrong", isWrong);
        mark.setAttribute("d", isWrong ? shapeOf(6, 4.6) : shapeOf(actual[p], 3.6));
      }
    });
  }

  return { node: part.node, build, update };
}
