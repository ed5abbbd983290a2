// The card of all neurons, layer by layer, each with what it responds to.

const MOST_TILES = 32; // of a layer
const TILE = 84; // the side of a picture, in the units of its overlay; the least of a tile
const TILE_GAP = 10;
const TILE_FRAME = 14; // around what is in a tile

function neuronsPart() {
  const kind = MAP?.isPlane ? "plane" : MAP ? "line" : isImage(1) ? "image" : "bars";
  const isBent = TABLES.some((table) => !table.straight);
  // Where layers are drawn in different ways, each way is explained above its first layer.
  const explained = kind === "image" ? ["neurons_image", "neurons_bars"] : [];
  const captions = explained.length ? [] : [`neurons_${kind}`];
  captions.push(MAP ? "neurons_scale" : "neurons_scale_weights");
  if (isBent && MAP) captions.push("neurons_far");
  const part = card("neurons", "neurons", captions);
  let tiles = [];
  let names = []; // of the outputs, as lines
  let shown = START;

  function build() {
    tiles = [];
    const room = roomOf(part.body);
    const inARow = Math.floor((room + TILE_GAP) / (TILE + TILE_GAP));
    const side = (room + TILE_GAP) / inARow - TILE_GAP;
    names = fitted(outputNames(), side - TILE_FRAME, 0.82 * REM, 2);
    const groups = LAYERS.map((layer, l) => {
      const n = Math.min(layer.outputs, MOST_TILES);
      const note = n < layer.outputs ? ` (${say("shown_of", { shown: n, total: whole(layer.outputs) })})` : "";
      return element("div", {},
        element("h3", {}, `${layerName(l + 1)}${note}`),
        explained[l] ? element("p", { class: "caption" }, say(explained[l])) : "",
        element("div", { class: "tiles" }, ...Array.from({ length: n }, (_, i) => tile(l + 1, i))));
    });
    part.body.replaceChildren(...groups);
    update(shown);
  }

  function tile(layer, i) {
    const canvas = element("canvas", { width: TILE, height: TILE, "aria-hidden": "true" });
    const overlay = svg("svg", { viewBox: `0 0 ${TILE} ${TILE}`, "aria-hidden": "true" });
    const lines = layer === LAYERS.length ? names[i] : [String(i + 1)];
    const button = choosesNeuron(element("button", {
      type: "button", class: "tile", "aria-label": neuronName(layer, i),
    }, element("span", { class: "picture" }, canvas, overlay), element("span", {}, inLines(lines))), layer, i);
    tiles.push({ button, canvas, overlay, layer, i });
    return button;
  }

  function update(k) {
    shown = k;
    for (const { canvas, overlay, layer, i } of tiles) {
      if (MAP?.isPlane) {
        drawMap(canvas, k, layer, i);
        mapSigns(overlay, k, layer, i, TILE);
      } else if (MAP) drawResponse(overlay, k, layer, i, TILE);
      else if (isImage(layer)) drawImage(canvas, k, layer, i);
      else drawBars(overlay, k, layer, i, TILE);
    }
    mark();
  }

  function mark() {
    for (const { button, layer, i } of tiles) button.classList.toggle("chosen", isChosen(layer, i));
  }

  choice.listeners.push(mark);
  return { node: part.node, build, update };
}
