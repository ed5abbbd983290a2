// The measures over the epochs: loss and accuracy, of the training and the validation, with the
// shown epoch and the best one.

const STAR = { size: 6, room: 12 }; // above the curves, where no curve covers it
const GROUPS = [["loss", "val_loss"], ["accuracy", "val_accuracy"]];

function curvesPart() {
  const groups = GROUPS.map((group) => group.filter((name) => MEASURES[name])).filter((group) => group.length);
  const caption = MEASURES.val_loss ? "curves_caption"
    : MEASURES.accuracy ? "curves_caption_plain" : "curves_caption_loss";
  const running = MEASURES.val_loss ? "curves_running" : "curves_running_plain";
  const part = card("curves", "curves", [caption, running]);
  const epochs = MEASURES.epoch;
  let pictures = [];
  let shown = START;

  function build() {
    pictures = groups.map((group) => {
      const picture = draw(group);
      return { group, ...picture };
    });
    const { shown: drawn, total } = PAGE.curves;
    part.body.replaceChildren(
      element("div", { class: "courses" }, ...pictures.map(({ node }) => node)),
      drawn < total ? element("p", { class: "caption" }, say("points_of", { shown: whole(drawn), total: whole(total) })) : "");
    update(shown);
  }

  function draw(group) {
    const all = roomOf(part.body);
    const width = groups.length > 1 && all > 600 ? Math.floor((all - 32) / 2) : all;
    const isShare = isAccuracy(group[0]);
    const numbers = group.map((name) => MEASURES[name]);
    const [least, most] = range(numbers);
    const logarithmic = !isShare && PAGE.curves.decades && least > 0;
    const [low, high] = range(numbers, 0.04);
    const y = logarithmic ? [least / 1.5, most * 1.5]
      : isShare ? [Math.min(low, 0.9), 1.005] : [Math.min(0, low), high];
    const best = PAGE.facts.best;
    const above = best === null ? 0 : STAR.room;
    const plot = axes(width, 210 + above, {
      x: [Math.min(EPOCHS[0], epochs[0]), Math.max(epochs.at(-1), EPOCHS.at(-1), 1)], y,
      whole: true, grid: true, logarithmic, xLabel: say("player"), above,
    });

    const { px, py, inner } = plot;
    group.forEach((name, i) => plot.root.append(
      svg("path", { class: `course course-${i}`, d: lineThrough(epochs, MEASURES[name], px, py) })));
    if (epochs.length === 1) {
      group.forEach((name, i) => plot.root.append(svg("circle", { class: `now-${i}`, cx: px(epochs[0]), cy: py(MEASURES[name][0]), r: 3 })));
    }
    if (best !== null) {
      plot.root.append(svg("line", { class: "best", x1: px(best), x2: px(best), y1: inner.top, y2: inner.bottom }),
        svg("path", { class: "best-sign", d: SHAPES[7](STAR.size), transform: `translate(${px(best)},${inner.top - STAR.room})` }));
    }
    const line = svg("line", { class: "now", y1: inner.top, y2: inner.bottom });
    const dots = group.map((_, i) => svg("circle", { class: `now-${i}`, r: 4.5 }));
    plot.root.append(line, ...dots);
    describe(plot.root, `${say("curves")}: ${group.map((name) => say(name)).join(", ")}`);
    const values = group.map(() => element("span", { class: "value" }));
    const key = legend([
      ...group.map((name, i) => [svg("path", { class: `course course-${i}`, d: "M-9,0H9" }), say(name), " ", values[i]]),
      ...(logarithmic ? [[null, say("logarithmic")]] : []),
      ...(best === null ? [] : [[svg("path", { class: "best-sign", d: SHAPES[7](STAR.size) }), `${say("best")}: ${best}`]]),
    ]);
    return { node: element("div", { class: "curve" }, key, plot.root), plot, line, dots, values };
  }

  function update(k) {
    shown = k;
    for (const { group, plot, line, dots, values } of pictures) {
      const x = plot.px(EPOCHS[k]);
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      group.forEach((name, i) => {
        const value = measureAt(name, k);
        const isThere = value !== undefined && Number.isFinite(value);
        dots[i].setAttribute("visibility", isThere ? "visible" : "hidden");
        dots[i].setAttribute("cx", x);
        dots[i].setAttribute("cy", isThere ? plot.py(value) : 0);
        values[i].textContent = measured(name, value);
      });
    }
  }

  return { node: part.node, build, update };
}
