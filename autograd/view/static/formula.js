// A formula in the little LaTeX that the stepper writes, as MathML: no library and no network.
// What is not known here makes `mathOf` return null, and the formula is shown as plain text.

const FUNCTIONS = new Set(("arccos arcsin arctan cos cosh cot coth exp lg ln log max min sec sin " +
  "sinh tan tanh erf det gcd").split(" "));
const SIGNS = {
  __proto__: null,
  cdot: "·", times: "×", div: "÷", pm: "±", leq: "≤", le: "≤", geq: "≥", ge: "≥", neq: "≠", ne: "≠",
  lt: "<", gt: ">", leftarrow: "←", gets: "←", to: "→", rightarrow: "→", mapsto: "↦", approx: "≈",
  partial: "∂", infty: "∞", sum: "∑", prod: "∏", int: "∫", ldots: "…", cdots: "⋯", dots: "…",
  lvert: "|", rvert: "|", vert: "|", lfloor: "⌊", rfloor: "⌋", lceil: "⌈", rceil: "⌉", "|": "‖",
  "{": "{", "}": "}", "%": "%", "&": "&", "#": "#", $: "$", _: "_", land: "∧", lor: "∨", neg: "¬",
  in: "∈", mid: "∣", prime: "′", nabla: "∇", circ: "∘", odot: "⊙",
};
const LETTERS = {
  __proto__: null,
  alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ϵ", varepsilon: "ε", zeta: "ζ", eta: "η",
  theta: "θ", lambda: "λ", mu: "μ", nu: "ν", xi: "ξ", pi: "π", rho: "ρ", sigma: "σ", tau: "τ",
  phi: "ϕ", varphi: "φ", chi: "χ", psi: "ψ", omega: "ω", Gamma: "Γ", Delta: "Δ", Theta: "Θ",
  Lambda: "Λ", Sigma: "Σ", Phi: "Φ", Psi: "Ψ", Omega: "Ω", ell: "ℓ",
};
const BREAKS = new Set(["+", "−", "=", "←"]);
const SPACES = { __proto__: null, ",": "0.17em", ":": "0.22em", ";": "0.28em", " ": "0.3em", "!": "0", quad: "1em", qquad: "2em" };
const UPRIGHT = new Set(["mathrm", "operatorname", "text", "textrm", "mathit", "mathtt", "texttt", "mathsf", "mathbf", "textit"]);
const TEXT_SIGNS = { __proto__: null, textbackslash: "\\", textasciicircum: "^", textasciitilde: "~", textunderscore: "_" };
const ACCENTS = { __proto__: null, hat: "^", bar: "¯", overline: "¯", tilde: "~" };
const TOKEN = /\\[A-Za-z]+\*?|\\[^]|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\s+|[^]/gu;

const math = (tag, ...children) =>
  filled(document.createElementNS("http://www.w3.org/1998/Math/MathML", tag), {}, children);

class Formula {
  constructor(latex) {
    this.tokens = latex.match(TOKEN) ?? [];
    this.at = 0;
  }

  peek() {
    while (/^\s+$/.test(this.tokens[this.at] ?? "x")) this.at += 1;
    return this.tokens[this.at];
  }

  next() {
    const token = this.peek();
    if (token === undefined) throw new SyntaxError("the formula ends too early");
    this.at += 1;
    return token;
  }

  // Everything up to one of `ends`, which is left to be read.
  row(...ends) {
    const found = [];
    while (this.peek() !== undefined && !ends.includes(this.peek())) {
      const isFunction = FUNCTIONS.has(this.peek().slice(1));
      found.push(this.scripted());
      const next = this.peek();
      const isApart = next === undefined || ends.includes(next) || /^(\(|\[|\\left)$/.test(next);
      if (isFunction && !isApart) found.push(filled(math("mspace"), { width: SPACES[","] }, []));
    }
    return found.length === 1 ? found[0] : math("mrow", ...found);
  }

  expect(token) {
    if (this.next() !== token) throw new SyntaxError(`expected ${token}`);
  }

  // One argument: {…} or a single atom.
  argument() {
    return this.atom();
  }

  scripted() {
    const base = this.atom();
    let below = null;
    let above = null;
    while (this.peek() === "^" || this.peek() === "_") {
      if (this.next() === "^") above = this.argument();
      else below = this.argument();
    }
    if (above && below) return math("msubsup", base, below, above);
    if (above) return math("msup", base, above);
    return below ? math("msub", base, below) : base;
  }

  atom() {
    const token = this.next();
    if (token === "{") {
      const inside = this.row("}");
      this.expect("}");
      return inside;
    }
    if (token === "}" || token === "&") throw new SyntaxError(`${token} in the wrong place`);
    if (token[0] === "\\") return this.command(token.slice(1));
    if (/^\d/.test(token)) return math("mn", token);
    if (/^\p{L}/u.test(token)) return math("mi", token);
    if (token === "-") return math("mo", "−");
    return math("mo", token === "*" ? "∗" : token);
  }

  command(name) {
    if (name === "frac" || name === "dfrac" || name === "tfrac") {
      const above = this.argument();
      return math("mfrac", above, this.argument());
    }
    if (name === "sqrt") {
      if (this.peek() !== "[") return math("msqrt", this.argument());
      this.next();
      const index = this.row("]");
      this.expect("]");
      return math("mroot", this.argument(), index);
    }
    if (name === "left") return this.fenced();
    if (name === "begin") return this.cases();
    if (UPRIGHT.has(name)) return this.upright(name);
    if (name in ACCENTS) return math("mover", this.argument(), math("mo", ACCENTS[name]));
    if (name in LETTERS) return math("mi", LETTERS[name]);
    if (FUNCTIONS.has(name)) return math("mi", name);
    if (name in SPACES) return filled(math("mspace"), { width: SPACES[name] }, []);
    if (name in TEXT_SIGNS) return math("mi", TEXT_SIGNS[name]);
    if (name in SIGNS) return math(name === "partial" || name === "infty" ? "mi" : "mo", SIGNS[name]);
    throw new SyntaxError(`\\${name} is not known`);
  }

  fence() {
    const token = this.next();
    const sign = token[0] === "\\" ? SIGNS[token.slice(1)] : token;
    if (sign === undefined) throw new SyntaxError(`${token} is no bracket`);
    return sign === "." ? null : filled(math("mo", sign), { fence: "true", stretchy: "true" }, []);
  }

  fenced() {
    const open = this.fence();
    const inside = this.row("\\right");
    this.expect("\\right");
    return math("mrow", open, inside, this.fence());
  }

  // \begin{cases} a & b \\ c & d \end{cases}
  cases() {
    if (this.raw() !== "cases") throw new SyntaxError("only cases are known");
    const rows = [];
    for (;;) {
      const cells = [this.row("&", "\\\\", "\\end")];
      while (this.peek() === "&") {
        this.next();
        cells.push(this.row("&", "\\\\", "\\end"));
      }
      rows.push(math("mtr", ...cells.map((cell) => filled(math("mtd", cell), { columnalign: "left" }, []))));
      if (this.next() === "\\end") break;
    }
    this.raw();
    const brace = filled(math("mo", "{"), { fence: "true", stretchy: "true" }, []);
    return math("mrow", brace, math("mtable", ...rows));
  }

  // The text in braces, as it is but for escaped signs.
  raw() {
    this.expect("{");
    let text = "";
    for (let depth = 1; ;) {
      const token = this.tokens[this.at++];
      if (token === undefined) throw new SyntaxError("a brace is missing");
      if (token === "{") depth += 1;
      else if (token === "}") {
        depth -= 1;
        if (depth === 0) return text;
      } else if (token[0] !== "\\") text += token;
      else if (token.slice(1) in TEXT_SIGNS) text += TEXT_SIGNS[token.slice(1)];
      else if (token.length === 2 && !/[A-Za-z]/.test(token[1])) text += token[1];
      else throw new SyntaxError(`${token} in a text`);
    }
  }

  upright(name) {
    const text = this.raw();
    if (name === "text" || /\s/.test(text)) return math("mtext", text.replace(/^ | $/g, "\u00a0"));
    const node = math("mi", text);
    if (name !== "mathit" && name !== "textit") node.setAttribute("mathvariant", "normal");
    return node;
  }
}

// A row cut before each of its signs + − = ←, for a browser breaks no line inside of <math>.
function linesOf(row) {
  const parts = [[]];
  for (const child of row.localName === "mrow" ? [...row.children] : [row]) {
    const isSign = child.localName === "mo" && BREAKS.has(child.textContent);
    if (isSign && parts.at(-1).length) {
      child.setAttribute("form", "infix"); // with its room, though it comes first
      parts.push([]);
    }
    parts.at(-1).push(child);
  }
  return parts;
}

// `latex` as <math> elements that stand side by side as far as there is room, `text` for those who
// cannot see it; null where it is not known.
function mathOf(latex, text) {
  try {
    const formula = new Formula(latex);
    const inside = formula.row();
    if (formula.peek() !== undefined) return null;
    const lines = linesOf(inside).map((line) => filled(math("math", ...line), { displaystyle: "true" }, []));
    return element("div", { class: "terms", role: "math", "aria-label": text }, ...lines);
  } catch (problem) {
    if (problem instanceof SyntaxError) return null;
    throw problem;
  }
}
