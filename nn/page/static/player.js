// The slider over the epochs, with play and pause. It is the one place that changes the shown epoch.

const WHOLE_FILM = 9000; // milliseconds from the first epoch to the last
const RMSE = OUTCOME?.rmse ? numbers(OUTCOME.rmse) : null; // of each epoch, in the network's units
const isTested = OUTCOME?.right && SETS[OUTCOME.set].name === "test";
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function player(show) {
  const slider = element("input", { type: "range", min: 0, max: EPOCHS.length - 1, step: 1, value: START, id: "epoch" });
  const button = element("button", { type: "button", class: "play" });
  const where = element("span", { class: "where" });
  const figures = element("div", { class: "figures" });
  const running = element("p", { class: "running" });
  const label = element("label", { for: "epoch" });
  const node = element("div", { class: "player" }, button, element("div", { class: "track" },
    element("div", { class: "line" }, label, where), slider), element("div", { class: "measures" }, figures, running));
  let k = START;
  let timer = null;
  let quiet = null;

  function build() {
    label.textContent = say("player");
    button.setAttribute("aria-label", say(timer ? "pause" : "play"));
    button.replaceChildren(svg("svg", { viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" },
      svg("path", { d: timer ? "M6,4h4.5v16H6ZM13.5,4H18v16h-4.5Z" : "M7,4L20,12L7,20Z" })));
    running.textContent = whenMeasured();
    tell();
  }

  // Why the accuracy of the training is not that of the network after the epoch.
  function whenMeasured() {
    if (!MEASURES.loss) return "";
    const others = MEASURES.val_loss || RMSE || isTested;
    return [say(MEASURES.accuracy ? "running_both" : "running_loss"), others ? say("running_others") : ""].join(" ");
  }

  // The figures of the epoch, in the order of interest.
  function measures() {
    const found = ["loss", "val_loss", "accuracy", "val_accuracy", "lr"]
      .filter((name) => MEASURES[name]).map((name) => [say(name), measured(name, measureAt(name, k))]);
    if (isTested) {
      found.push([say("right_test"), percent(OUTCOME.right[k] / OUTCOME.counted)]);
    }
    if (RMSE) found.push([say(`rmse_${SETS.at(-1).name}`), figure(TASK.deviation * RMSE[k])]);
    return found;
  }

  function tell() {
    const epoch = say("epoch_of", { epoch: EPOCHS[k], total: PAGE.facts.epochs });
    const note = EPOCHS[k] === 0 ? say("epoch_zero") : EPOCHS[k] === PAGE.kept ? say("epoch_kept") : "";
    where.textContent = note ? `${epoch} (${note})` : epoch;
    slider.setAttribute("aria-valuetext", `${say("player")} ${EPOCHS[k]}${note ? `, ${note}` : ""}`);
    figures.replaceChildren(...measures().map(([name, value]) =>
      element("div", {}, element("span", {}, name), element("strong", {}, value))));
  }

  // Spoken once the slider rests, so that playing does not chatter.
  function sayLater() {
    clearTimeout(quiet);
    if (timer) return;
    quiet = setTimeout(() => {
      const text = measures().map(([name, value]) => `${name} ${value}`).join(", ");
      document.getElementById("said").textContent = say("said", { epoch: EPOCHS[k], measures: text });
    }, 400);
  }

  function go(next) {
    k = Math.min(Math.max(next, 0), EPOCHS.length - 1);
    slider.value = k;
    tell();
    show(k);
    sayLater();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    build();
    sayLater();
  }

  // With reduced motion one epoch a second, so that nothing flickers.
  function play() {
    if (k === EPOCHS.length - 1) go(0);
    const pace = calm.matches ? 1000 : Math.min(Math.max(WHOLE_FILM / EPOCHS.length, 90), 450);
    timer = setInterval(() => {
      go(k + 1);
      if (k === EPOCHS.length - 1) stop();
    }, pace);
    build();
  }

  slider.addEventListener("input", () => {
    if (timer) stop();
    go(Number(slider.value));
  });
  button.addEventListener("click", () => (timer ? stop() : play()));
  // The arrow keys work wherever nothing else uses them.
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body || event.altKey || event.ctrlKey || event.metaKey) return;
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (move) {
      event.preventDefault();
      go(k + move);
    }
  });
  return { node, build, epoch: () => k };
}
