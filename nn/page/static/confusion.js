// The confusion matrix at the shown epoch: how many samples of each class (rows) the model takes
// for each class (columns). Python has counted them.

const NARROW_TABLE = 12; // classes, for which half the page is enough
const MANY = 6; // from more classes on cells are small and their names short
const CELL = { least: 24, most: 64, head: 36, frame: 8, gap: 3 }; // in pixels
const isTableWide = TASK?.classes?.length > NARROW_TABLE && OUTCOME?.counts.length > 0;

function confusionPart() {
  const part = card("confusion", "confusion", ["confusion_caption"]);
  const counts = numbers(OUTCOME.counts, Uint32Array);
  const names = TASK.classes;
  const n = names.length;
  const isMany = n > MANY;
  const set = SETS[OUTCOME.set].name;
  let cells = [];
  let sum = null;
  let running = null;
  let shown = START;

  function build() {
    sum = element("p", { class: "sum" });
    running = element("p", { class: "caption" });
    if (!counts.length) {
      part.body.replaceChildren(sum, running, element("p", { class: "caption" }, say("confusion_large", { classes: n })));
      update(shown);
      return;
    }
    const room = roomOf(part.body);
    const { side, cell, size, width } = isMany ? ofMany(room) : ofFew(room);
    const head = (scope, place) => {
      const shorter = fitted(names, place, size, 2);
      return (name, i) => element("th", { scope, title: name }, inLines(shorter[i]));
    };
    cells = names.map((_, row) => names.map((_name, column) =>
      element("td", { class: row === column ? "right" : "" })));
    const columnHeads = names.map(head("col", isMany ? cell : cell - CELL.frame));
    const rowHeads = names.map(head("row", side - CELL.frame));
    const table = element("table", { class: `confusion ${isMany ? "many" : ""}` },
      element("thead", {}, element("tr", {},
        element("td", { class: "corner" }, isMany ? "" : say("confusion_axis")), ...columnHeads)),
      element("tbody", {}, ...rowHeads.map((name, row) => element("tr", {}, name, ...cells[row]))));
    table.style.width = `${width}px`;
    table.style.setProperty("--side", `${side}px`);
    table.style.setProperty("--size", `${size}px`);
    const scrolls = width > room;
    part.body.replaceChildren(element("div", {
      class: "scroll", tabindex: scrolls ? "0" : null, role: scrolls ? "region" : null,
      "aria-label": scrolls ? say("confusion") : null,
    }, table), sum, running);
    update(shown);
  }

  // The width that every number has room in; they are bold.
  const numberWidth = (size) => CELL.frame
    + 1.1 * measure(whole(counts.reduce((a, b) => Math.max(a, b), 0)), size);

  // The widths of the names of the rows, of a cell and of the table, and the size of the names.
  function ofFew(room) {
    const width = Math.max(room, (n + 1) * (numberWidth(REM) + CELL.gap));
    const cell = width / (n + 1) - CELL.gap;
    return { side: cell, cell, size: 0.86 * REM, width };
  }

  // The same, and of the numbers. They shrink on paper, where nothing scrolls.
  function ofMany(room) {
    const size = 0.8 * REM;
    const nameWidth = Math.ceil(widest(names, size));
    const side = Math.min(nameWidth + CELL.frame, Math.max(40, 0.18 * room));
    const least = Math.max(CELL.least, numberWidth(size), Math.min(nameWidth, CELL.head));
    const free = (room - side - CELL.gap) / n - CELL.gap;
    const isPaper = document.documentElement.classList.contains("printing");
    if (isPaper && free < least) return { side, cell: free, size: (size * free) / least, width: room };
    const cell = Math.min(Math.max(free, least), CELL.most);
    return { side, cell, size, width: side + n * (cell + CELL.gap) + CELL.gap };
  }

  function update(k) {
    shown = k;
    const all = OUTCOME.counted;
    const note = all < OUTCOME.total ? ` (${say("counted_of", { shown: whole(all), total: whole(OUTCOME.total) })})` : "";
    sum.textContent = say(`confusion_sum_${set}`, { right: whole(OUTCOME.right[k]), total: whole(all), percent: percent(OUTCOME.right[k] / all).replace(" ", "\u00a0") }) + note;
    // Of the same samples the page has another number, above.
    const accuracy = set === "training" ? measureAt("accuracy", k) : undefined;
    running.textContent = accuracy === undefined ? "" : say("confusion_running", { accuracy: percent(accuracy) });
    cells.forEach((row, i) => {
      const begin = k * n * n + i * n;
      const total = counts.subarray(begin, begin + n).reduce((a, b) => a + b, 0) || 1;
      row.forEach((cell, j) => {
        const count = counts[begin + j];
        cell.textContent = count ? whole(count) : "·";
        cell.classList.toggle("none", count === 0);
        // The more of its class, the stronger; at most half, so that the number stays readable.
        cell.style.setProperty("--share", (0.5 * count / total).toFixed(3));
      });
    });
  }

  return { node: part.node, build, update };
}
