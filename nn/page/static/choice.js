// Which neuron the reader looks at: layer (0: the inputs) and place in it. Pointing at one shows
// it for as long as one points; a click or the keyboard keeps it.

const choice = { kept: { layer: LAYERS.length ? 1 : 0, i: 0 }, pointed: null, listeners: [] };

const chosen = () => choice.pointed ?? choice.kept;
const isChosen = (layer, i) => chosen().layer === layer && chosen().i === i;

function keep(layer, i) {
  choice.kept = { layer, i };
  choice.pointed = null;
  for (const listener of choice.listeners) listener();
}

function pointAt(layer, i) {
  choice.pointed = layer === null ? null : { layer, i };
  for (const listener of choice.listeners) listener();
}

// Makes a button of the page stand for a neuron.
function choosesNeuron(button, layer, i) {
  button.dataset.neuron = `${layer}.${i}`;
  button.addEventListener("pointerenter", (event) => {
    if (event.pointerType === "mouse") pointAt(layer, i);
  });
  button.addEventListener("pointerleave", () => pointAt(null));
  button.addEventListener("focus", () => keep(layer, i));
  button.addEventListener("click", () => keep(layer, i));
  return button;
}
