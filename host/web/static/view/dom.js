// Small tools for building and updating elements.

// el makes an element: el("button.primary", {type: "submit", onclick}, "Go").
// Keys that name a property or an on... handler set it; others set attributes.
export function el(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

// svg makes an element of the SVG kind with attributes and children.
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

// say changes a text only when it differs, which costs the layout nothing else.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// show hides or shows a node.
export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

// calm says whether the player asked for little motion.
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
