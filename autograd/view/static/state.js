// What is known after a step: which numbers are computed, which gradients have been reached.

class State {
  constructor(payload) {
    this.records = payload.records;
    this.nodes = payload.nodes;
    this.forget();
  }

  forget() {
    this.step = -1;
    this.data = this.nodes.map((node) => (node.leaf ? node.data : null));
    this.gradients = this.nodes.map(() => null);
  }

  // Go to a step; backwards from the beginning, which takes a few milliseconds at most.
  moveTo(step) {
    if (step < this.step) this.forget();
    while (this.step < step) {
      this.step += 1;
      this.take(this.records[this.step]);
    }
  }

  take(record) {
    if (record.phase !== "backward") this.data[record.node] = record.data;
    if (record.phase === "loss" && record.gradient !== null) this.gradients[record.node] = record.gradient;
    for (const addition of record.additions) this.gradients[addition.node] = addition.after;
  }
}

