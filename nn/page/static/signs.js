// The signs of classes: a shape and a color each, so that color is never the only sign.
// The colors are those of Okabe and Ito; they stand in page.css as --class-0 to --class-7.

const N_COLORS = 8;

// Outlines around (0, 0) within a radius of about 1; the order is that of nn/plot/style.py.
const SHAPES = [
  (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`,
  (r) => polygon(3, 1.25 * r, -90),
  (r) => `M${-0.9 * r},${-0.9 * r}h${1.8 * r}v${1.8 * r}h${-1.8 * r}Z`,
  (r) => polygon(4, 1.25 * r, 0),
  (r) => polygon(3, 1.25 * r, 90),
  (r) => cross(r, 0),
  (r) => cross(r, 45),
  (r) => star(1.3 * r),
];

function polygon(n, r, turn) {
  const corners = Array.from({ length: n }, (_, i) => corner(r, turn + (360 * i) / n));
  return `M${corners.join("L")}Z`;
}

function star(r) {
  const corners = Array.from({ length: 10 }, (_, i) => corner(i % 2 ? 0.45 * r : r, 36 * i - 90));
  return `M${corners.join("L")}Z`;
}

function cross(r, turn) {
  const arm = 0.38 * r;
  const outline = [
    [-arm, -r], [arm, -r], [arm, -arm], [r, -arm], [r, arm], [arm, arm],
    [arm, r], [-arm, r], [-arm, arm], [-r, arm], [-r, -arm], [-arm, -arm],
  ];
  const angle = (turn * Math.PI) / 180;
  const turned = outline.map(([x, y]) => point(
    x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)));
  return `M${turned.join("L")}Z`;
}

const point = (x, y) => `${x.toFixed(2)},${y.toFixed(2)}`;
const corner = (r, degrees) =>
  point(r * Math.cos((degrees * Math.PI) / 180), r * Math.sin((degrees * Math.PI) / 180));

// 64 classes before a pair of shape and color comes again.
const colorOf = (i) => i % N_COLORS;
const shapeOf = (i, r) => SHAPES[(i + Math.floor(i / N_COLORS)) % SHAPES.length](r);

// The sign of class i at a place; hollow for samples that were not trained on.
function sign(i, x, y, r, hollow = false, more = "") {
  return svg("path", {
    d: shapeOf(i, r),
    transform: `translate(${x.toFixed(2)},${y.toFixed(2)})`,
    class: `sign class-${colorOf(i)} ${hollow ? "hollow" : "solid"} ${more}`,
  });
}

// A sign beside its meaning, for a legend.
function legend(entries) {
  const items = entries.map(([picture, ...texts]) => element("li", {},
    picture && svg("svg", { width: 18, height: 14, viewBox: "-9 -7 18 14", "aria-hidden": "true" }, picture),
    element("span", {}, ...texts)));
  return element("ul", { class: "legend" }, ...items);
}
