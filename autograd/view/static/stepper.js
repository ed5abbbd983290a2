// The whole stepper in one element: it joins the picture, the panels and the player.

// Keys typed in these are theirs; a button keeps the space that presses it.
const isTyping = (target) => target.matches("input:not([type=range]):not([type=checkbox]), select, textarea");
const isPressing = (target) => target.matches("button, summary, input[type=checkbox], a");

// Keys that a notebook may have: Tab and Escape leave, combinations run cells, save, copy.
const isForOthers = (event) =>
  event.ctrlKey || event.metaKey || event.altKey || ["Tab", "Escape"].includes(event.key)
  || (event.shiftKey && event.key === "Enter");

class Stepper {
  // `changed` is called with each new step.
  constructor(place, payload, { step = 0, changed = () => {} } = {}) {
    const { words } = payload;
    this.payload = payload;
    this.changed = changed;
    this.state = new State(payload);
    this.picture = new Picture(payload, this.state, (nodes) => this.jump(nodes));
    this.panels = new Panels(payload);
    this.panels.state = this.state;
    this.breaks = new Breaks(payload, () => this.run());
    this.player = new Player(payload, (next, isPlaying) => this.draw(next, isPlaying), (i) => this.breaks.stopsAt(i));
    this.root = element("div", { class: "glassgrad", lang: payload.lang, tabindex: 0, role: "group",
      "aria-label": payload.title, "data-lm-suppress-shortcuts": true },
      element("div", { class: "head" }, element("h2", {}, named(payload.title)), this.player.bar),
      this.player.node, element("p", { class: "hint" }, words.picture_hint, " ", words.keys),
      this.picture.node, element("div", { class: "cards" }, this.panels.step,
        element("div", { class: "column" }, this.panels.additions, this.panels.code, this.breaks.node)));
    place.replaceChildren(this.root);
    // Before anybody else: Notebook 7 takes the arrows to the right and left on their way down.
    this.listen = (event) => { if (event.composedPath().includes(this.root)) this.press(event); };
    window.addEventListener("keydown", this.listen, true);
    this.theme = new Theme(this.root);
    this.player.moveTo(step);
  }

  get step() {
    return this.player.step;
  }

  draw(step, isPlaying) {
    const record = this.payload.records[step];
    this.state.moveTo(step);
    this.panels.message.setAttribute("aria-live", isPlaying ? "off" : "polite");
    this.picture.show(record);
    this.panels.show(record);
    this.changed(step);
  }

  // To the next step of one of these nodes; after the last, to the first.
  jump(nodes) {
    const wanted = new Set(nodes);
    const { records } = this.payload;
    for (let i = 1; i <= records.length; i += 1) {
      const step = (this.step + i) % records.length;
      const { node, additions } = records[step];
      if (wanted.has(node) || additions.some((addition) => wanted.has(addition.node))) return this.player.go(step);
    }
  }

  run() {
    const step = this.breaks.next(this.step);
    if (step !== null) this.player.go(step);
  }

  press(event) {
    if (isForOthers(event)) return;
    // JupyterLab would take arrows for its cells, and letters for its commands.
    event.stopPropagation();
    const [target] = event.composedPath();
    if (isTyping(target) || (isPressing(target) && [" ", "Enter"].includes(event.key))) return;
    if (this.player.press(event.key)) event.preventDefault();
  }

  close() {
    window.removeEventListener("keydown", this.listen, true);
    this.player.pause();
    this.theme.close();
  }
}

// Light or dark: what the notebook says of itself, else what the system prefers.
class Theme {
  constructor(root) {
    this.root = root;
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.follow = () => this.draw();
    this.system.addEventListener("change", this.follow);
    this.observer = new MutationObserver(this.follow);
    for (const node of [document.documentElement, document.body]) {
      this.observer.observe(node, { attributes: true, attributeFilter: ["data-jp-theme-light", "class", "theme"] });
    }
    this.draw();
  }

  draw() {
    const { body, documentElement } = document;
    let isDark = this.system.matches;
    if (body.dataset.jpThemeLight) isDark = body.dataset.jpThemeLight === "false"; // JupyterLab, Notebook 7
    else if (body.matches(".vscode-light, .vscode-high-contrast-light")) isDark = false;
    else if (body.matches(".vscode-dark, .vscode-high-contrast")) isDark = true;
    else if (documentElement.getAttribute("theme")) isDark = documentElement.getAttribute("theme") === "dark"; // Colab
    this.root.dataset.theme = isDark ? "dark" : "light";
  }

  close() {
    this.system.removeEventListener("change", this.follow);
    this.observer.disconnect();
  }
}
