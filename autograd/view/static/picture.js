// The graph: which node a step is about, which numbers are known. The SVG comes from Python; its ids
// are v3 (a node), v3op (its operation), v3e0 (an edge into that), v3out (the edge out of it), v3p0
// (a product that no node holds) and b0 (a folded box).

// An SVG from Python as elements, without anything that could run or fetch; null if it is broken.
function svgOf(text) {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (root.localName !== "svg" || root.getElementsByTagName("parsererror").length) return null;
  for (const node of root.querySelectorAll("script, foreignObject, style, image, use")) node.remove();
  for (const node of [root, ...root.querySelectorAll("*")]) {
    for (const { name } of [...node.attributes]) {
      if (/^on|^(xlink:)?href$/i.test(name)) node.removeAttribute(name);
    }
  }
  return document.importNode(root, true);
}

// The line of a box that says its data or its gradient: the last that begins so, for a name may too.
const lineOf = (box, word) =>
  [...box.querySelectorAll("text")].filter((line) => line.textContent.startsWith(`${word} `)).at(-1);

// The smallest rectangle around some parts; null around none.
function around(parts) {
  const boxes = parts.map((part) => part.getBoundingClientRect());
  return boxes.length === 0 ? null : {
    left: Math.min(...boxes.map(({ left }) => left)), right: Math.max(...boxes.map(({ right }) => right)),
    top: Math.min(...boxes.map(({ top }) => top)), bottom: Math.max(...boxes.map(({ bottom }) => bottom)),
  };
}

class Picture {
  constructor(payload, state, jump) {
    this.payload = payload;
    this.state = state;
    this.marked = [];
    this.node = element("div", {
      class: "picture", tabindex: 0, role: "group", "aria-label": payload.words.picture,
    });
    this.svg = payload.picture === null ? null : svgOf(payload.picture);
    if (!this.svg) {
      this.node.append(element("p", { class: "notice" }, payload.notice || payload.words.no_picture));
      return;
    }
    this.svg.setAttribute("aria-hidden", "true"); // the live text says each step in words
    const width = this.svg.viewBox.baseVal.width;
    this.svg.removeAttribute("height");
    this.svg.setAttribute("width", "100%");
    this.svg.style.minWidth = `${width * 1.05}px`;
    this.svg.style.maxWidth = `${width * 1.6}px`;
    this.node.append(this.svg);
    this.parts = new Map([...this.svg.querySelectorAll("g[id]")].map((part) => [part.id, part]));
    this.folded = new Map();
    for (const [box, nodes] of Object.entries(payload.boxes)) {
      if (this.parts.has(box)) for (const node of nodes) this.folded.set(node, box);
    }
    this.boxes = [...this.parts].flatMap(([id, part]) => this.boxOf(id, part));
    this.svg.addEventListener("click", (event) => {
      for (let part = event.target.closest("g[id]"); part; part = part.parentNode.closest("g[id]")) {
        const [, kind, number] = part.id.match(/^(v|b)(\d+)(?:op|p\d+)?$/) ?? [];
        if (kind === "v") return jump([Number(number)]);
        if (kind === "b") return jump(payload.boxes[part.id] ?? []);
      }
    });
  }

  // A box with numbers that come and go: of a node, or of a product in an opened dot.
  boxOf(id, part) {
    const [, number, isProduct] = id.match(/^v(\d+)(p\d+)?$/) ?? [];
    if (number === undefined) return [];
    const data = lineOf(part, "data");
    const gradient = lineOf(part, "grad");
    const frame = part.querySelector("polygon, path");
    return [{ part, frame, index: Number(number), isProduct: Boolean(isProduct), data, gradient,
      first: data?.textContent, shown: [] }];
  }

  // Show the numbers that are known after a step, and what the step is about.
  show(record) {
    if (!this.svg) return;
    for (const box of this.boxes) {
      const data = this.state.data[box.index];
      const gradient = this.state.gradients[box.index];
      box.part.classList.toggle("later", data === null);
      box.part.classList.toggle("reached", gradient !== null);
      this.write(box, 0, box.data, data === null ? "data" : this.dataText(box, data));
      this.write(box, 1, box.gradient, `grad ${gradient === null ? "–" : rounded(gradient, 4)}`);
    }
    for (const part of this.marked) part.classList.remove("now", "receives", "backward");
    this.marked = [];
    this.mark(record);
    this.svg.dataset.phase = record.phase;
    this.follow();
  }

  // As Python wrote it, unless a weight update has changed it.
  dataText(box, data) {
    const isFirst = box.isProduct || data === this.payload.nodes[box.index].data;
    return isFirst ? box.first : `data ${rounded(data, 4)}`;
  }

  write(box, k, line, text) {
    if (!line || box.shown[k] === text) return;
    box.shown[k] = text;
    line.textContent = text;
    line.removeAttribute("textLength");
    const frame = box.frame?.getBBox();
    if (!frame?.width) return;
    const room = frame.width - 6;
    const isAlone = box.data?.getAttribute("y") !== box.gradient?.getAttribute("y"); // in its row
    if (isAlone) {
      line.setAttribute("text-anchor", "middle");
      line.setAttribute("x", frame.x + frame.width / 2);
    }
    if (isAlone && line.getComputedTextLength() > room) {
      line.setAttribute("textLength", room);
      line.setAttribute("lengthAdjust", "spacingAndGlyphs");
    }
  }

  mark(record) {
    const add = (id, ...classes) => {
      const part = this.parts.get(id);
      if (part) this.marked.push(part);
      part?.classList.add(...classes);
    };
    const place = (node) => (this.parts.has(`v${node}`) ? `v${node}` : this.folded.get(node));
    add(place(record.node), "now");
    if (record.op === null) return;
    const isBackward = record.phase === "backward";
    const flow = isBackward ? ["now", "backward"] : ["now"];
    add(`v${record.node}op`, ...flow);
    add(`v${record.node}out`, ...flow);
    const operands = isBackward
      ? record.additions.map((addition) => addition.operand) : record.inputs.keys();
    const products = new Set();
    for (const k of operands) {
      const edge = this.parts.get(`v${record.node}e${k}`);
      if (edge) add(edge.id, ...flow);
      const pairs = Math.floor(record.inputs.length / 2);
      if (record.op === "dot" && k < 2 * pairs) products.add(k % pairs);
    }
    for (const i of products) {
      for (const id of [`v${record.node}p${i}`, `v${record.node}p${i}op`, `v${record.node}p${i}out`]) {
        add(id, ...flow);
      }
    }
    for (const addition of record.additions) add(place(addition.node), "receives");
  }

  // Keep what the step is about in sight; only the picture moves, never the page.
  follow() {
    const frame = this.node.getBoundingClientRect();
    const of = (name) => around(this.marked.filter((one) => one.classList.contains(name)));
    const [what, receivers] = [of("now"), of("receives")];
    const both = around(this.marked);
    // All of it where there is room, else those that receive a gradient, else the step alone.
    const fits = (at) => at && at.right - at.left <= frame.width && at.bottom - at.top <= frame.height;
    const at = [both, receivers].find(fits) ?? what;
    if (!at) return;
    const left = at.left < frame.left + 40 || at.right > frame.right - 40
      ? (at.left + at.right - frame.left - frame.right) / 2 : 0;
    const top = at.top < frame.top + 20 || at.bottom > frame.bottom - 20
      ? (at.top + at.bottom - frame.top - frame.bottom) / 2 : 0;
    if (left || top) this.node.scrollBy({ left, top });
  }
}
