// The two ways in: a notebook's widget, and a page of its own. Both unpack the same payload.

// The payload from its packed bytes: JSON, compressed by zlib.
async function unpacked(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

// The pictures that stand in for a widget where no kernel runs.
const stillsOf = (name) => [...document.querySelectorAll("[data-glassgrad-still]")].filter((node) => node.dataset.glassgradStill === name);

// What anywidget calls for each place that shows the widget; it returns how to leave it.
async function render({ model, el }) {
  const stepper = new Stepper(el, await unpacked(model.get("payload")), {
    step: model.get("index"),
    changed: (step) => {
      if (model.get("index") === step) return;
      model.set("index", step);
      model.save_changes();
    },
  });
  const follow = () => { if (model.get("index") !== stepper.step) stepper.player.go(model.get("index")); };
  model.on("change:index", follow);
  const stills = stillsOf(model.get("still"));
  for (const still of stills) still.hidden = true;
  return () => {
    model.off("change:index", follow);
    stepper.close();
    for (const still of stills) still.hidden = false;
  };
}

// What the page calls, with the packed payload in base64.
async function openPage() {
  const place = document.getElementById("stepper");
  if (!("DecompressionStream" in globalThis)) {
    place.prepend(element("p", {}, place.dataset.tooOld)); // above the still picture
    return;
  }
  const signs = atob(document.getElementById("payload").textContent);
  const bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i += 1) bytes[i] = signs.charCodeAt(i);
  const stepper = new Stepper(place, await unpacked(bytes));
  document.addEventListener("keydown", (event) => {
    if (event.target === document.body) stepper.press(event);
  });
}

export default { render };
