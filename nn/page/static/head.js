// The head of the page: what was trained on what, how it ended, and in which language this is said.

function drawHead(head) {
  const facts = PAGE.facts;
  const title = PAGE.title ?? say("title");
  const counts = { samples: facts.samples === null ? "–" : whole(facts.samples) };
  let hero = null;
  if (TASK?.classes) hero = say("hero_classes", { ...counts, classes: TASK.classes.length });
  else if (TASK) hero = TASK.target ? say("hero_target", { ...counts, target: TASK.target }) : say("hero_numbers", counts);
  head.replaceChildren(
    element("div", { class: "top" }, element("h1", {}, named(title)), languageSwitch(head)),
    hero ? element("p", { class: "hero" }, hero) : "",
    element("p", { class: "invite" }, say("hero_invite")),
    element("div", { class: "summary" }, finals(), factList()),
    ...notes().map((text) => element("p", { class: "note" }, text)));
}

function languageSwitch(head) {
  const button = (lang, name) => element("button", {
    type: "button", lang, "aria-pressed": String(language === lang),
    on: { click: () => { setLanguage(lang); head.querySelector(`button[lang=${lang}]`).focus(); } },
  }, name);
  return element("div", { class: "languages", role: "group", "aria-label": say("language") },
    button("ko", "한국어"), button("en", "English"));
}

// The numbers that a reader looks for first.
function finals() {
  const items = [];
  const add = (value, meaning, more = "") => items.push(element("div", { class: "final" },
    element("strong", {}, value), element("span", {}, meaning), more ? element("small", {}, more) : ""));
  if (PAGE.facts.right) {
    const [right, total] = PAGE.facts.right;
    const count = say("final_count", { right: whole(right), total: whole(total) });
    add(percent(right / total), say(`final_right_${SETS.at(-1).name}`), PAGE.kept === null ? count : `${count}; ${say("final_weights", { epoch: PAGE.kept })}`);
  }
  if (PAGE.facts.error) {
    const { rmse, spread } = PAGE.facts.error;
    const share = spread > 0 ? `R² = ${figure(1 - (rmse / spread) ** 2)}` : "";
    const units = TASK.target ? say("final_units", { target: TASK.target }) : "";
    add(figure(rmse), say(`final_error_${SETS.at(-1).name}`), [share, units].filter(Boolean).join("; "));
  }
  for (const name of ["loss", "val_loss"]) {
    const value = EPOCHS.length ? measureAt(name, START) : undefined;
    const isScaled = TASK?.target && !TASK.classes && !(TASK.mean === 0 && TASK.deviation === 1);
    const scaled = isScaled ? say("final_scaled", { target: TASK.target }) : "";
    if (value !== undefined) add(figure(value), say(`final_${name}`, { epoch: EPOCHS[START] }), scaled);
  }
  return element("div", { class: "finals" }, ...items);
}

function factList() {
  const facts = PAGE.facts;
  const pairs = [];
  const add = (key, value) => pairs.push(element("div", {}, element("dt", {}, say(key)), element("dd", {}, value)));
  if (facts.model) add("fact_network", facts.sizes.length ? `${facts.model} ${facts.sizes.map(whole).join(" – ")}` : facts.model);
  if (facts.parameters !== null) add("fact_parameters", whole(facts.parameters));
  const functions = [...new Set(facts.activations)].filter((name) => name !== "identity");
  if (functions.length) add("fact_activation", named(functions.join(", ")));
  if (facts.loss) add("fact_loss", named(facts.loss));
  if (facts.optimizer) add("fact_update", named([facts.optimizer, ...rates()].join(", ")));
  if (facts.rates.lr && !MEASURES.lr) add("fact_lr", figure(facts.rates.lr));
  if (facts.batch) add("fact_batch", facts.batch < facts.samples ? say("samples", { n: whole(facts.batch) }) : say("all_samples"));
  for (const set of SETS) add(`fact_${set.name}`, whole(set.total));
  if (facts.validation !== null && !SETS.some((set) => set.name === "validation")) add("fact_validation", whole(facts.validation));
  if (FEATURES.length) add("fact_features", FEATURES.length <= 4 ? listed(FEATURES.map(({ name }) => name)) : whole(FEATURES.length));
  if (TASK?.target) add("fact_target", named(TASK.target));
  add("fact_epochs", whole(facts.epochs));
  return element("dl", { class: "facts" }, ...pairs);
}

// What the optimiser was given beside the learning rate: "momentum 0.9".
function rates() {
  return Object.entries(PAGE.facts.rates).filter(([name]) => name !== "lr")
    .map(([name, rate]) => (name === "nesterov" ? name : `${name.replaceAll("_", " ")} ${figure(rate)}`));
}

function listed(names) {
  const list = element("span", {});
  names.forEach((name, i) => list.append(i ? ", " : "", named(name)));
  return list;
}

// What the reader should know about how the training ended and what cannot be drawn.
function notes() {
  const facts = PAGE.facts;
  const found = [];
  if (facts.stopped) found.push(say(`stopped_${facts.stopped}`, { epochs: facts.epochs, best: facts.best }));
  const [before, after] = facts.losses ? numbers(facts.losses, Float64Array) : [];
  if (after >= before) found.push(say("not_fallen", { before: figure(before), after: figure(after) }));
  if (!PAGE.epochs.length) found.push(say("missing_snapshots"));
  else if (!NETWORK) found.push(say("missing_model"));
  return found;
}

function drawFoot(foot) {
  const total = PAGE.facts.epochs;
  const shown = EPOCHS.filter((epoch) => epoch > 0).length; // 0 is before the training
  const isThinned = PAGE.epochs.length > 0 && shown < total;
  foot.replaceChildren(
    isThinned ? element("p", {}, say("epochs_thinned", { shown: whole(shown), total: whole(total) })) : "",
    element("p", {}, say("rounded")),
    element("p", {}, say("made_with", { version: PAGE.version })));
}
