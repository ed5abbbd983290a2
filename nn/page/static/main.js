// Puts the page together: which parts there are, and when they are drawn anew.

const parts = [];
if (NETWORK && FEATURES.length === LAYERS[0].inputs) parts.push(networkPart());
if (TASK?.classes && MAP?.isPlane) parts.push(planePart());
else if (TASK && !TASK.classes && MAP && !MAP.isPlane) parts.push(curvePart());
else if (TASK?.classes) parts.push(scoresPart());
else if (TASK) parts.push(answersPart());
if (MEASURES.epoch.length) parts.push(curvesPart());
if (TASK?.classes) parts.push(confusionPart());
if (NETWORK && FEATURES.length === LAYERS[0].inputs) parts.push(neuronsPart());

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
  element("div", { class: "cards" }, ...parts.map((part) => part.node)));
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
