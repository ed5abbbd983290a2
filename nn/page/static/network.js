// The network as a picture: a column of neurons for each layer, and a line for each weight.
// Positive weights are drawn solid, negative ones dashed and in another color.

const GAP = 10; // between neurons, at least
const WIDEST_GAP = 44;
const STAGE = 380; // the height that few neurons spread over, at least
const MOST = 16; // neurons shown of a layer, the fold among them
const LAST_SHOWN = 4; // of them below the fold
const HEAD_ROOM = 52;
const FOOT_ROOM = 60; // for the legend below
const NAME_SIZE = 0.8 * REM; // of the letters, as in page.css
const NAME_LINE = 1.12 * NAME_SIZE; // from one line of a name to the next
const MOST_LINES = 3;
const BESIDE = 6; // between a neuron and its name

// Which neurons of a layer are shown: their places, and null where the others are folded.
function unfolded(n) {
  if (n <= MOST) return Array.from({ length: n }, (_, i) => i);
  const first = Array.from({ length: MOST - 1 - LAST_SHOWN }, (_, i) => i);
  return [...first, null, ...Array.from({ length: LAST_SHOWN }, (_, i) => n - LAST_SHOWN + i)];
}

function networkPart() {
  const inside = MAP ? [MAP.isPlane ? "network_maps" : "network_lines"] : isImage(1) ? ["network_images"] : [];
  const part = card("network", "network", ["network_caption", ...inside]);
  const stage = element("div", { class: "stage" });
  const panel = element("div", { class: "panel", id: "neuron" });
  const sizes = [LAYERS[0].inputs, ...LAYERS.map((layer) => layer.outputs)];
  let edges = [];
  let nodes = [];
  let names = []; // of the inputs and of the outputs, as lines
  let shown = START;

  const key = element("div");
  part.body.append(element("div", { class: "network" }, element("div", {}, stage, key), panel));

  function build() {
    const width = roomOf(stage);
    const narrow = width < 460;
    const size = narrow ? 24 : 32;
    const rows = sizes.map(unfolded);
    const most = Math.max(...rows.map((row) => row.length));
    const pitch = size + Math.min(Math.max(roomBeside() / most - size, GAP), WIDEST_GAP);
    const height = most * pitch + HEAD_ROOM;
    // Room for the names on both sides, as much as they need and the columns leave.
    const share = width * (sizes.length > 3 ? 0.24 : 0.3);
    const beside = size / 2 + BESIDE;
    const nLines = Math.min(MOST_LINES, Math.max(1, Math.floor((pitch - 2) / NAME_LINE)));
    names = [FEATURES.map(({ name }) => name), outputNames()]
      .map((all) => fitted(all, share - beside, NAME_SIZE, nLines));
    const [before, after] = names.map((all) => Math.max(28, beside + Math.ceil(widest(all.flat(), NAME_SIZE))));
    const apart = (width - before - after) / (sizes.length - 1);
    const x = (layer) => before + apart * layer;
    const y = (layer, row) =>
      HEAD_ROOM + (height - HEAD_ROOM) / 2 + (row - (rows[layer].length - 1) / 2) * pitch;
    const lines = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    edges = [];
    for (let layer = 1; layer < sizes.length; layer++) {
      rows[layer].forEach((j, to) => rows[layer - 1].forEach((i, from) => {
        if (i === null || j === null) return;
        const [x1, y1] = [x(layer - 1) + size / 2, y(layer - 1, from)];
        const [x2, y2] = [x(layer) - size / 2, y(layer, to)];
        const bend = (x2 - x1) * 0.45;
        const line = svg("path", { d: `M${x1},${y1}C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}` });
        edges.push({ line, layer, i, j });
        lines.append(line);
      }));
    }
    nodes = [];
    const group = element("div", {
      class: "nodes", role: "group", "aria-label": `${say("network")}. ${say("network_keys")}`,
      on: { keydown: (event) => step(event, rows) },
    });
    rows.forEach((row, layer) => {
      group.append(columnHead(layer, x(layer), Math.min(apart, 150), sizes[layer], width));
      row.forEach((i, place) => group.append(i === null
        ? at(element("span", { class: "fold" }, `⋮ ${say("folded", { n: whole(sizes[layer] - row.length + 1) })}`),
          x(layer), y(layer, place))
        : at(node(layer, i, size), x(layer), y(layer, place))));
    });
    key.replaceChildren(weightLegend());
    stage.replaceChildren(lines, group);
    stage.style.height = `${height}px`;
    update(shown);
  }

  // As high as the column beside it, where there is one.
  function roomBeside() {
    const beside = part.node.parentNode.previousElementSibling;
    if (!beside || beside.offsetTop !== part.node.parentNode.offsetTop) return STAGE;
    const end = beside.lastElementChild.offsetTop + beside.lastElementChild.offsetHeight;
    return Math.max(STAGE, end - stage.getBoundingClientRect().top - window.scrollY - HEAD_ROOM - FOOT_ROOM);
  }

  // A neuron as a button, with its name beside it in the first and the last column.
  function node(layer, i, size) {
    const inside = thumbnail(layer, i, size);
    const button = choosesNeuron(element("button", {
      type: "button", class: `node ${layer === 0 ? "input" : ""}`, "aria-label": neuronName(layer, i),
      tabindex: layer === choice.kept.layer && i === choice.kept.i ? "0" : "-1",
    }, inside?.node), layer, i);
    button.style.width = button.style.height = `${size}px`;
    const holder = element("div", { class: "place" }, button);
    const isEnd = layer === 0 ? "before" : layer === sizes.length - 1 ? "after" : "";
    if (isEnd) {
      const name = layer === 0 ? FEATURES[i].name : outputName(i);
      const lines = names[layer ? 1 : 0][i];
      holder.append(element("span", { class: `name ${isEnd}`, title: name }, inLines(lines)));
    }
    nodes.push({ button, layer, i, draw: inside?.draw });
    return holder;
  }

  // Arrow keys go from neuron to neuron; only the kept one is a stop of the Tab key.
  function step(event, rows) {
    const move = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const { layer, i } = choice.kept;
    const next = Math.min(Math.max(layer + move[0], 0), sizes.length - 1);
    const places = rows[next].filter((place) => place !== null);
    const here = Math.max(0, rows[layer].filter((place) => place !== null).indexOf(i));
    const there = Math.min(Math.max(here + move[1], 0), places.length - 1);
    nodes.find((one) => one.layer === next && one.i === places[there]).button.focus();
  }

  function mark() {
    const { layer, i } = chosen();
    for (const one of nodes) {
      one.button.classList.toggle("chosen", isChosen(one.layer, one.i));
      one.button.tabIndex = one.layer === choice.kept.layer && one.i === choice.kept.i ? 0 : -1;
    }
    if (!nodes.some((one) => one.button.tabIndex === 0)) nodes[0].button.tabIndex = 0; // it is folded
    for (const edge of edges) {
      const touches = layer === 0 ? edge.layer === 1 && edge.i === i : edge.layer === layer && edge.j === i;
      edge.line.classList.toggle("touching", touches);
    }
    stage.classList.toggle("pointing", choice.pointed !== null);
    drawPanel(panel, layer, i, shown);
  }

  function update(k) {
    shown = k;
    for (const { line, layer, i, j } of edges) {
      const weight = weightAt(k, layer, j, i);
      const share = Math.min(1, Math.abs(weight) / LARGEST[layer - 1]) || 0;
      line.setAttribute("class", weight < 0 ? "negative" : "positive");
      line.setAttribute("stroke-width", (0.4 + 4.2 * share).toFixed(2));
      line.setAttribute("stroke-opacity", (0.16 + 0.74 * share).toFixed(2));
    }
    for (const one of nodes) one.draw?.(k);
    mark();
  }

  choice.listeners.push(mark);
  return { node: part.node, build, update };
}

function at(node, x, y) {
  node.style.left = `${x}px`;
  node.style.top = `${y}px`;
  return node;
}

function columnHead(layer, x, width, size, end) {
  const function_ = layer ? LAYERS[layer - 1].name : "";
  const head = element("div", { class: "column-head" },
    element("strong", {}, layerName(layer)),
    element("span", {}, function_ && function_ !== "identity" ? `${whole(size)} · ${function_}` : whole(size)));
  // At the sides as narrow as the edge makes it, so that no head is pushed into another.
  const room = Math.max(Math.min(width - 14, 2 * x, 2 * (end - x)), 44);
  head.style.width = `${room}px`;
  return at(head, Math.min(Math.max(x, room / 2), end - room / 2), 0);
}

function weightLegend() {
  const line = (name) => svg("path", { d: "M-9,0H9", class: name, "stroke-width": 2.5 });
  return legend([
    [line("positive"), say("positive")],
    [line("negative"), say("negative")],
  ]);
}
