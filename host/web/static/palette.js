// Colours that mean something, for eyes of all kinds: good and bad, friend and foe. Every palette
// tells them apart by light as well as by colour, and signs do by their shape. The choice is kept
// in the browser, for all characters: it belongs to whoever looks.
const KEEP = "hotshard.palette";

// By palette: the properties of the style, and the signs of things in space (view/icons.js).
export const PALETTES = {
  usual: { style: { brass: "#d8b46a", verdigris: "#8fc7b5", rust: "#ee7d5a", fleet: "#8fb8ff" }, signs: { hostile: "#ff7a5c", fleet: "#8fb8ff", npc: "#d9a441", missile: "#f0784f" } },
  // Where red and green are one: blue against orange and yellow.
  redgreen: { style: { brass: "#e8d48a", verdigris: "#7cc4ff", rust: "#ff9a3d", fleet: "#7fa8ff" }, signs: { hostile: "#ff8a1f", fleet: "#6f9dff", npc: "#f4e58a", missile: "#ffb066" } },
  // Where blue and yellow are one: red against teal and white.
  blueyellow: { style: { brass: "#e6c3b0", verdigris: "#5fd3c4", rust: "#ff7690", fleet: "#4fc9dd" }, signs: { hostile: "#ff5f7e", fleet: "#43c6db", npc: "#efd9cc", missile: "#ff8fa3" } },
};

export const paletteOf = (keep) => (keep.get(KEEP) in PALETTES ? keep.get(KEEP) : "usual");

// apply takes a palette: signs is COLOURS of view/icons.js. It is done before any view is made,
// since some keep a colour as what a graphics card wants.
export function apply(name, signs, style) {
  const { style: own, signs: marks } = PALETTES[name] ?? PALETTES.usual;
  for (const [property, colour] of Object.entries(own)) style.setProperty(`--${property}`, colour);
  Object.assign(signs, marks);
}

export const remember = (keep, name) => keep.set(KEEP, name);
