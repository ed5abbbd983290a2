// Names cut to fit their place, so that no two of them look the same: "mean concave points" beside
// "mean concavity". Owns where a name is broken or cut; widths are measured in the page's own font.

const REM = parseFloat(getComputedStyle(document.documentElement).fontSize);
const SVG_SIZE = 12; // of the letters in a picture, in pixels

// How wide a text is, in pixels, in letters of `size` pixels.
const measure = (() => {
  const context = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;
  return (text, size) => {
    context.font = `${size}px ${family}`;
    return context.measureText(text).width;
  };
})();

const widest = (texts, size) => Math.max(0, ...texts.map((text) => measure(text, size)));

// The names as lines, at most so many and none wider than `width` pixels. A name is broken between
// words; what has no room even so is cut where the names still differ, else it gets its number. A
// name that a cut would make no narrower, such as "10", stays.
function fitted(names, width, size, lines = 1) {
  const fits = (text) => measure(text, size) <= width;
  const found = names.map((name) => brokenBetweenWords(name, fits, lines));
  let alike = [...names.keys()].filter((i) => found[i] === null);
  for (const cut of [cutInside, cutAtEnd, cutAtBeginning]) {
    for (const i of alike) {
      const shorter = cut(names[i], fits, lines);
      found[i] = widest(shorter, size) < measure(names[i], size) ? shorter : [names[i]];
    }
    const times = new Map();
    for (const one of found) times.set(one.join(" "), (times.get(one.join(" ")) ?? 0) + 1);
    alike = alike.filter((i) => times.get(found[i].join(" ")) > 1);
  }
  for (const i of alike) found[i] = cutAtEnd(`${i + 1}: ${names[i]}`, fits, lines);
  return found;
}

// The lines of a text, null where a word or their number is too large.
function brokenBetweenWords(text, fits, most) {
  const lines = [];
  for (const word of text.split(" ")) {
    if (!fits(word)) return null;
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.length <= most ? lines : null;
}

// Its beginning and its last words: "mean fract…" above "dimension". In one line its beginning and
// its last word, of "city=Seoul" what the "=" begins, or where that is too long as much of its end.
function cutInside(text, fits, most) {
  const words = text.split(" ");
  let last = words.pop();
  if (most === 1 || !fits(last)) {
    const isBeside = (end) => (begin) => fits(`${begin}…${end}`);
    const at = Math.max(text.lastIndexOf(" ") + 1, text.lastIndexOf("="));
    let end = text.slice(at);
    if (at <= 0 || !isBeside(end)(text.slice(0, 2))) end = ending(text, (some) => fits(`${some}…${some}`));
    return [`${beginning(text.slice(0, -end.length), isBeside(end)).trimEnd()}…${end}`];
  }
  while (words.length && fits(`${words.at(-1)} ${last}`)) last = `${words.pop()} ${last}`;
  return [...cutAtEnd(words.join(" "), fits, most - 1), last];
}

// Whole words on each line, on the last one also letters.
function cutAtEnd(text, fits, most) {
  const words = text.split(" ");
  const lines = [];
  while (lines.length < most - 1) {
    let n = words.length - 1;
    while (n && !fits(words.slice(0, n).join(" "))) n -= 1;
    if (!n) break;
    lines.push(words.splice(0, n).join(" "));
  }
  return [...lines, `${beginning(words.join(" "), (some) => fits(`${some}…`)).trimEnd()}…`];
}

const cutAtBeginning = (text, fits) => [`…${ending(text, (some) => fits(`…${some}`)).trimStart()}`];

// As much of a text as fits, from its first sign on, and one sign at least.
function beginning(text, fits) {
  const signs = Array.from(text);
  let n = 1;
  while (n < signs.length && fits(signs.slice(0, n + 1).join(""))) n += 1;
  return signs.slice(0, n).join("");
}

// The same up to its last sign.
function ending(text, fits) {
  const signs = Array.from(text);
  let n = 1;
  while (n < signs.length && fits(signs.slice(-n - 1).join(""))) n += 1;
  return signs.slice(-n).join("");
}

// The lines as an element.
const inLines = (lines) => element("bdi", {}, ...lines.flatMap((line, i) => (i ? [element("br"), line] : [line])));
