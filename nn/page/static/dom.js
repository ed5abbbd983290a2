// Elements of the page. Texts become text nodes, so a name from a stranger's file is never markup.

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

// A name from the user's data; isolated, so that a right-to-left name keeps to its place.
const named = (text) => element("bdi", {}, text);

// An element whose text is that of a key, in whatever language the page speaks.
const spoken = (tag, key, attributes = {}) => element(tag, { "data-say": key, ...attributes }, say(key));

// A part of the page: its heading, its captions, and room for what it draws.
function card(id, title, captions = []) {
  const body = element("div", { class: "body" });
  const notes = captions.map((key) => spoken("p", key, { class: "caption" }));
  const node = element("section", { class: "card", id, "aria-labelledby": `${id}-title` },
    spoken("h2", title, { id: `${id}-title` }), ...notes, body);
  return { node, body };
}

// A color of the page's style as [red, green, blue]; `name` is that of a CSS variable.
function rgb(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
}
