// Axes: a drawing area with scales, ticks and labels, into which the pictures draw.

const TICK_ROOM = 44; // left of the vertical axis, for its numbers, at least
const DIGIT = 7; // the width of one, at most
const LABEL_ROOM = 20; // for the name of the axis beside them
const EDGE = 14;

// At most `most` round numbers between low and high.
function ticks(low, high, most) {
  const rough = (high - low) / Math.max(most, 1);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i++) {
    found.push(Number((i * step).toPrecision(12)));
  }
  return found;
}

// The smallest and largest finite number; a little room around them where `margin` asks for it.
function range(arrays, margin = 0) {
  let [low, high] = [Infinity, -Infinity];
  for (const array of arrays) {
    for (const x of array) {
      if (!Number.isFinite(x)) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
  }
  if (low > high) return [0, 1];
  if (low === high) return [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2];
  return [low - margin * (high - low), high + margin * (high - low)];
}

// At most `most` powers of ten between low and high.
function decades(low, high, most) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const stride = Math.max(1, Math.ceil((last - first + 1) / Math.max(most, 1)));
  const found = [];
  for (let k = first; k <= last; k += stride) found.push(Number(`1e${k}`));
  return found;
}

// options: x and y, [low, high] in the reader's units; xLabel, yLabel; whole: whole numbers on x;
// grid: lines at the ticks of y; rows: names instead of numbers on y, with the room they need;
// logarithmic: y, which is positive; above: room over the drawing area, for a sign.
function axes(width, height, options) {
  const [yLow, yHigh] = options.y;
  const marks = options.logarithmic ? decades : ticks;
  const yTicks = options.rows ? [] : marks(yLow, yHigh, Math.max(2, Math.floor(height / 55)));
  const widest = Math.max(0, ...yTicks.map((y) => figure(y).length)) * DIGIT + 10;
  const left = options.rows ? options.room : Math.max(TICK_ROOM, widest + (options.yLabel ? LABEL_ROOM : 0));
  const bottom = options.xLabel ? 42 : 24;
  const inner = { left, top: 10 + (options.above ?? 0), right: width - EDGE, bottom: height - bottom };
  const [xLow, xHigh] = options.x;
  const px = (x) => inner.left + ((x - xLow) / (xHigh - xLow)) * (inner.right - inner.left);
  const scaled = options.logarithmic ? Math.log10 : (y) => y;
  const [bottomOfY, topOfY] = [scaled(yLow), scaled(yHigh)];
  const py = (y) => inner.bottom - ((scaled(y) - bottomOfY) / (topOfY - bottomOfY)) * (inner.bottom - inner.top);
  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "plot" });
  const frame = svg("g", { class: "axes", "aria-hidden": "true" });
  let xTicks = ticks(xLow, xHigh, Math.max(2, Math.floor((inner.right - inner.left) / 70)));
  if (options.whole) xTicks = xTicks.filter(Number.isInteger);
  for (const x of xTicks) {
    frame.append(
      svg("line", { x1: px(x), x2: px(x), y1: inner.bottom, y2: inner.bottom + 4 }),
      svg("text", { x: px(x), y: inner.bottom + 17, "text-anchor": "middle" }, figure(x)));
  }
  for (const y of yTicks) {
    if (options.grid) {
      frame.append(svg("line", { class: "grid", x1: inner.left, x2: inner.right, y1: py(y), y2: py(y) }));
    }
    frame.append(
      svg("line", { x1: inner.left - 4, x2: inner.left, y1: py(y), y2: py(y) }),
      svg("text", { x: inner.left - 7, y: py(y) + 4, "text-anchor": "end" }, figure(y)));
  }
  frame.append(svg("path", {
    class: "frame",
    d: `M${inner.left},${inner.top}V${inner.bottom}H${inner.right}`,
  }));
  if (options.xLabel) {
    frame.append(svg("text", {
      class: "label", x: (inner.left + inner.right) / 2, y: height - 6, "text-anchor": "middle",
    }, options.xLabel));
  }
  if (options.yLabel) {
    frame.append(svg("text", {
      class: "label", "text-anchor": "middle",
      transform: `translate(11,${(inner.top + inner.bottom) / 2}) rotate(-90)`,
    }, options.yLabel));
  }
  root.append(frame);
  return { root, px, py, inner };
}

// The d of a line through points; it breaks where a number is not finite.
function lineThrough(xs, ys, px, py) {
  const parts = [];
  let pen = "M";
  for (let i = 0; i < xs.length; i++) {
    if (!Number.isFinite(ys[i])) {
      pen = "M";
      continue;
    }
    parts.push(`${pen}${px(xs[i]).toFixed(1)},${py(ys[i]).toFixed(1)}`);
    pen = "L";
  }
  return parts.join("");
}

// How wide a part may draw.
const roomOf = (body) => Math.max(200, Math.floor(body.clientWidth));
