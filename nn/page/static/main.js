// Puts the page together: which parts there are, and when they are drawn anew.

const draws = NETWORK && FEATURES.length === LAYERS[0].inputs;

// What the network does with the data, in the way that suits the data.
function picturePart() {
  if (!TASK) return null;
  if (TASK.classes) return MAP?.isPlane ? planePart() : scoresPart();
  return MAP && !MAP.isPlane ? curvePart() : answersPart();
}

// Two columns, and what needs the whole width below them; on a phone one after another.
const confusion = TASK?.classes ? confusionPart() : null;
const columns = [
  [picturePart(), isTableWide ? null : confusion],
  [draws ? networkPart() : null],
  [isTableWide ? confusion : null, MEASURES.epoch.length ? curvesPart() : null, draws ? neuronsPart() : null],
].map((column) => column.filter((part) => part !== null));
const parts = columns.flat();

const thePlayer = player((k) => parts.forEach((part) => part.update(k)));

function setLanguage(lang) {
  language = lang;
  drawAll();
}

function drawAll() {
  document.documentElement.lang = language;
  document.title = PAGE.title ?? say("title");
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  drawHead(document.getElementById("head"));
  drawFoot(document.getElementById("foot"));
  thePlayer.build();
  drawParts();
}

// What has been drawn is fitted to the width of the window and to the colors of the style.
function drawParts() {
  parts.forEach((part) => part.build());
}

let drawnWidth = 0;

function fit() {
  if (window.innerWidth === drawnWidth) return;
  drawnWidth = window.innerWidth;
  drawParts();
}

document.getElementById("main").append(thePlayer.node,
  element("div", { class: "cards" }, ...columns.filter((column) => column.length).map((column) =>
    element("div", { class: column === columns[2] ? "column whole" : "column" }, ...column.map((part) => part.node)))));
drawnWidth = window.innerWidth;
drawAll();
window.addEventListener("resize", () => requestAnimationFrame(fit));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawParts);

// Paper has its own width, and is white.
window.addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  drawParts();
});
window.addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printing");
  drawParts();
});
