// The buttons, the slider, the phases and the keys. It alone decides which step is shown.

const PAUSE = 900; // milliseconds from one step to the next while it plays
const ICONS = {
  first: "M5 4h3v16H5ZM20 4 9 12l11 8Z", previous: "M17 4 6 12l11 8Z", play: "M7 4l13 8-13 8Z",
  pause: "M6 4h4v16H6ZM14 4h4v16h-4Z", next: "M7 4l11 8-11 8Z", last: "M16 4h3v16h-3ZM4 4l11 8-11 8Z",
};

const icon = (name) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, svg("path", { d: ICONS[name] }));

class Player {
  // `show` is called with each step to be shown, `stopsAt` asked whether playing ends there.
  constructor(payload, show, stopsAt) {
    const { words, records, phases } = payload;
    Object.assign(this, { payload, show, stopsAt, step: -1, timer: null });
    this.last = records.length - 1;
    const button = (key, icon_name, action) => element("button",
      { type: "button", class: key.replace("to_", ""), "aria-label": words[key], title: words[key], on: { click: action } }, icon(icon_name));
    this.buttons = {
      first: button("to_first", "first", () => this.go(0)),
      previous: button("to_previous", "previous", () => this.go(this.step - 1)),
      play: button("play", "play", () => this.toggle()),
      next: button("to_next", "next", () => this.go(this.step + 1)),
      last: button("to_last", "last", () => this.go(this.last)),
    };
    this.slider = element("input", { type: "range", min: 0, max: this.last, step: 1, "aria-label": words.step,
      on: { input: () => this.go(Number(this.slider.value)) } });
    this.count = element("span", { class: "count" });
    this.phases = phases.map(({ name, first, last, key }) => element("button",
      { type: "button", class: "phase", "data-phase": key, on: { click: () => this.go(first) } },
      element("span", { class: "phase-name" }, name),
      element("span", { class: "phase-steps" }, first === last ? `${first + 1}` : `${first + 1}–${last + 1}`)));
    this.bar = element("div", { class: "phases", role: "group", "aria-label": words.phases }, ...this.phases);
    this.node = element("div", { class: "player", role: "group", "aria-label": words.player },
      element("div", { class: "buttons" }, ...Object.values(this.buttons)), this.slider, this.count);
  }

  // Go to a step by the reader's hand: playing ends.
  go(step) {
    this.pause();
    this.moveTo(step);
  }

  moveTo(step) {
    const next = Math.max(0, Math.min(this.last, step));
    if (next === this.step) return;
    this.step = next;
    this.slider.value = next;
    const { words, records, phases } = this.payload;
    this.slider.setAttribute("aria-valuetext", put(words.step_of, { step: next + 1, total: this.last + 1 }));
    this.count.textContent = `${next + 1} / ${this.last + 1}`;
    phases.forEach(({ key }, i) => {
      if (key === records[next].phase) this.phases[i].setAttribute("aria-current", "step");
      else this.phases[i].removeAttribute("aria-current");
    });
    for (const name of ["first", "previous"]) this.disable(name, next === 0);
    for (const name of ["next", "last"]) this.disable(name, next === this.last);
    this.show(next, this.timer !== null);
  }

  // Not the attribute `disabled`, which would take the focus from a button that was just pressed.
  disable(name, isAtEnd) {
    this.buttons[name].setAttribute("aria-disabled", String(isAtEnd));
  }

  toggle() {
    if (this.timer !== null) return this.pause();
    if (this.step === this.last) this.moveTo(0);
    this.timer = setInterval(() => {
      this.moveTo(this.step + 1);
      if (this.step === this.last || this.stopsAt(this.step)) this.pause();
    }, PAUSE);
    this.drawPlay("pause");
  }

  pause() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.drawPlay("play");
    this.show(this.step, false);
  }

  drawPlay(name) {
    this.buttons.play.replaceChildren(icon(name));
    this.buttons.play.setAttribute("aria-label", this.payload.words[name]);
    this.buttons.play.title = this.payload.words[name];
  }

  // The first step of the phase before or after; before, from the middle of one, its own first.
  phase(direction) {
    const { phases } = this.payload;
    const firsts = phases.map(({ first }) => first);
    const step = direction > 0 ? firsts.find((first) => first > this.step) : firsts.findLast((first) => first < this.step);
    if (step !== undefined) this.go(step);
  }

  // Whether the key was one of ours, and done.
  press(key) {
    const actions = {
      ArrowLeft: () => this.go(this.step - 1), ArrowRight: () => this.go(this.step + 1),
      ArrowUp: () => this.go(this.step - 1), ArrowDown: () => this.go(this.step + 1),
      Home: () => this.go(0), End: () => this.go(this.last), " ": () => this.toggle(),
      p: () => this.phase(-1), n: () => this.phase(1),
    };
    if (!Object.hasOwn(actions, key)) return false;
    actions[key]();
    return true;
  }
}
