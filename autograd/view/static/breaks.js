// Where a run stops: a gradient that is too large, a nan, an operation; and the search for it.

class Breaks {
  constructor(payload, run) {
    const { words } = payload;
    this.payload = payload;
    const operations = [...new Set(payload.records.map((record) => record.op).filter(Boolean))].sort();
    this.bound = element("input", { type: "number", min: 0, step: "any", inputmode: "decimal" });
    this.nan = element("input", { type: "checkbox" });
    this.op = element("select", {}, element("option", { value: "" }, words.no_op),
      ...operations.map((op) => element("option", { value: op }, op)));
    this.answer = element("p", { class: "answer", role: "status", "aria-live": "polite" });
    this.node = element("details", { class: "breaks" }, element("summary", {}, words.breaks),
      element("form", { on: { submit: (event) => { event.preventDefault(); run(); } } },
        element("label", {}, words.break_gradient, " ", this.bound),
        element("label", {}, this.nan, " ", words.break_nan),
        element("label", {}, words.break_op, " ", this.op),
        element("button", { type: "submit", class: "run" }, words.run)), this.answer);
  }

  get isSet() {
    return this.bound.value !== "" || this.nan.checked || this.op.value !== "";
  }

  // Why one would stop at a record: texts, none if one would not.
  reasons(record) {
    const { words, nodes } = this.payload;
    const found = [];
    if (this.bound.value !== "") {
      const gradients = record.additions.map(({ node, after }) => [nodes[node].name, after]);
      if (record.gradient !== null) gradients.push([record.name, record.gradient]);
      const large = gradients.find(([, number]) => Math.abs(numberOf(number)) > Number(this.bound.value));
      if (large) found.push(put(words.reason_gradient, { name: large[0], number: rounded(large[1], DIGITS) }));
    }
    if (this.nan.checked) {
      const numbers = [record.data, record.gradient, ...record.additions.flatMap(({ added, after }) => [added, after])];
      if (numbers.includes("nan")) found.push(words.reason_nan);
    }
    if (this.op.value !== "" && record.op === this.op.value) found.push(put(words.reason_op, { op: record.op }));
    return found;
  }

  // The next record after `step` at which to stop, or null; says which.
  next(step) {
    const { words, records } = this.payload;
    this.answer.textContent = "";
    if (!this.isSet) {
      this.answer.textContent = words.no_break;
      return null;
    }
    for (let i = step + 1; i < records.length; i += 1) {
      if (this.stopsAt(i)) return i;
    }
    this.answer.textContent = words.not_found;
    return null;
  }

  stopsAt(i) {
    const reasons = this.isSet ? this.reasons(this.payload.records[i]) : [];
    if (reasons.length) this.answer.textContent = put(this.payload.words.found, { reasons: reasons.join(", ") });
    return reasons.length > 0;
  }
}
