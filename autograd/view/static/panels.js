// What is said about one step: the sentence, the formula, its numbers, the additions, the code line.

const LOUD = 80; // letters of a message that are all in bold
const DIGITS = 6; // of a number in a table, unless all are asked for

class Panels {
  constructor(payload) {
    const { words } = payload;
    this.payload = payload;
    this.hasAllDigits = false;
    this.place = element("p", { class: "place" });
    // Said aloud after each step, except while it plays.
    this.message = element("p", { class: "message", role: "status", "aria-live": "polite" });
    this.formula = element("div", { class: "formula", tabindex: 0 });
    this.numbers = element("div", { class: "numbers", tabindex: 0 });
    this.operands = element("div", { class: "operands scroll", tabindex: 0 });
    this.digits = element("input", { type: "checkbox", on: { change: () => this.redraw() } });
    this.step = element("section", { class: "card step" }, this.place, this.message, this.formula,
      this.numbers, this.operands, element("label", { class: "digits" }, this.digits, " ", words.all_digits));
    this.additionTable = element("div", { class: "scroll", tabindex: 0 });
    this.additions = element("section", { class: "card additions" }, element("h3", {}, words.additions), this.additionTable);
    this.codeTitle = element("h3", {});
    this.lines = element("pre", { class: "lines", tabindex: 0 });
    this.code = element("section", { class: "card code" }, this.codeTitle, this.lines);
    this.block = null;
  }

  // A local derivative: as the formula it comes from, and as its number.
  slope({ rule, partial }) {
    const cell = this.number(partial);
    if (rule) cell.prepend(element("code", { class: "rule" }, `${rule} =`));
    return cell;
  }

  redraw() {
    if (this.record) this.show(this.record);
  }

  number(text) {
    return element("td", { class: "number", title: text }, this.digits.checked ? text : rounded(text, DIGITS));
  }

  show(record) {
    const { words, records } = this.payload;
    this.record = record;
    const phase = this.payload.phases.find((one) => one.key === record.phase);
    this.place.textContent =
      `${phase.name} · ${put(words.step_of, { step: record.index + 1, total: records.length })}`;
    if (this.message.textContent !== record.message) {
      const [head, rest] = headOf(record.message);
      this.message.replaceChildren(element("strong", {}, head), rest);
    }
    const formula = mathOf(record.latex, record.formula);
    this.formula.replaceChildren(formula ?? element("code", {}, record.formula));
    this.formula.hidden = !record.formula;
    const numbers = this.digits.checked ? record.numbers : withRounded(record.numbers, DIGITS);
    this.numbers.replaceChildren(element("span", { class: "label" }, words.numbers), " ", element("code", {}, numbers));
    this.numbers.hidden = !record.numbers;
    this.showOperands(record);
    this.showAdditions(record);
    this.showCode(record);
  }

  showOperands(record) {
    const { words } = this.payload;
    const gradient = (text) => (text === null ? element("td", { class: "number" }, "–") : this.number(text));
    const rows = record.inputs.map(({ node, name, data }) => element("tr", {},
      element("th", { scope: "row" }, named(name)), this.number(data),
      gradient(node === null ? null : this.state.gradients[node])));
    rows.push(element("tr", { class: "result" },
      element("th", { scope: "row" }, named(record.name)), this.number(record.data),
      gradient(this.state.gradients[record.node])));
    this.operands.replaceChildren(tableOf([words.name, words.data, words.gradient], rows));
  }

  showAdditions(record) {
    const { words, nodes } = this.payload;
    this.additions.hidden = !record.additions.length;
    const rows = record.additions.map((addition) => element("tr", {},
      element("th", { scope: "row" }, named(nodes[addition.node].name)),
      this.slope(addition), sign("×"), this.number(addition.upstream), sign("="),
      this.number(addition.added), this.number(addition.before), sign("→"), this.number(addition.after)));
    this.additionTable.replaceChildren(tableOf(
      [words.of, words.partial, "", put(words.upstream, { name: record.name }), "", words.added,
        words.before, "", words.after], rows));
  }

  showCode(record) {
    const { words, code } = this.payload;
    this.code.hidden = !code.length;
    if (!code.length) return;
    const [block, row] = record.line ?? [this.block ?? 0, null];
    if (this.block !== block) {
      this.block = block;
      this.codeTitle.replaceChildren(put(words.code_of, { title: code[block].title }));
      this.lines.replaceChildren(...code[block].lines.map((line, i) => element("div", { class: "line" },
        element("span", { class: "line-number", "aria-hidden": "true" }, String(code[block].first + i)),
        element("code", {}, line || " "))));
    }
    [...this.lines.children].forEach((line, i) => {
      if (i === row) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
    const line = row === null ? null : this.lines.children[row];
    if (!line) return;
    const top = line.offsetTop - this.lines.offsetTop;
    if (top < this.lines.scrollTop || top + line.offsetHeight > this.lines.scrollTop + this.lines.clientHeight) {
      this.lines.scrollTop = top - this.lines.clientHeight / 2;
    }
  }
}

// What a step does, and the rest of a long message, which need not be as loud: what is passed on,
// how a weight is updated, of what a value is made.
function headOf(message) {
  const ends = message.length > LOUD ? [/(?<=:) .* \+= /, / <- /, / = /].map((sign) => message.search(sign)) : [];
  const end = ends.find((place) => place > 0) ?? message.length;
  return [message.slice(0, end), message.slice(end)];
}

const sign = (text) => element("td", { class: "sign" }, text);

function tableOf(heads, rows) {
  const cells = heads.map((head) => (head ? element("th", { scope: "col" }, head) : element("td", {})));
  return element("table", {}, element("thead", {}, element("tr", {}, ...cells)), element("tbody", {}, ...rows));
}
