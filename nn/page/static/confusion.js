// The confusion matrix at the shown epoch: how many samples of each class (rows) the model takes
// for each class (columns). Python has counted them.

function confusionPart() {
  const part = card("confusion", "confusion", ["confusion_caption"]);
  const counts = numbers(OUTCOME.counts, Uint32Array);
  const names = TASK.classes;
  const n = names.length;
  let cells = [];
  let sum = null;
  let shown = START;

  function build() {
    sum = element("p", { class: "sum" });
    if (!counts.length) {
      part.body.replaceChildren(sum, element("p", { class: "caption" }, say("confusion_large", { classes: n })));
      update(shown);
      return;
    }
    const shorter = fitted(names, n > 6 ? 36 : 88, 0.86 * REM);
    const head = (i, scope) => element("th", { scope, title: names[i] }, inLines(shorter[i]));
    cells = names.map((_, row) => names.map((_name, column) =>
      element("td", { class: row === column ? "right" : "" })));
    const table = element("table", { class: `confusion ${n > 6 ? "many" : ""}` },
      element("thead", {}, element("tr", {}, element("td", { class: "corner" }, n > 6 ? "" : say("confusion_axis")),
        ...names.map((_, i) => head(i, "col")))),
      element("tbody", {}, ...names.map((_, row) => element("tr", {}, head(row, "row"), ...cells[row]))));
    part.body.replaceChildren(
      element("div", { class: "scroll", tabindex: n > 12 ? "0" : null, role: n > 12 ? "region" : null, "aria-label": n > 12 ? say("confusion") : null }, table), sum);
    update(shown);
  }

  function update(k) {
    shown = k;
    const all = OUTCOME.counted;
    const key = `confusion_sum_${SETS[OUTCOME.set].name}`;
    const note = all < OUTCOME.total ? ` (${say("counted_of", { shown: whole(all), total: whole(OUTCOME.total) })})` : "";
    sum.textContent = say(key, { right: whole(OUTCOME.right[k]), total: whole(all), percent: percent(OUTCOME.right[k] / all) }) + note;
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
