// The page's words. All of them stand in words/, a file for each language; what the server and
// its scripts say is theirs, and comes in English. The language is that which was chosen, else
// the first that the browser wants and there is, else English; another one takes effect when the
// page is loaded again, since much of what is said is made once.
import { DE } from "./words/de.js";
import { EN } from "./words/en.js";

const ALL = { en: EN, de: DE };
const KEEP = "hotshard.language";

export const LANGUAGES = [["en", "English"], ["de", "Deutsch"]];

// choose says which language it is: kept is what was chosen, wanted what the browser wants.
export function choose(kept, wanted = []) {
  if (ALL[kept]) return kept;
  for (const tag of wanted) {
    const name = String(tag).slice(0, 2).toLowerCase();
    if (ALL[name]) return name;
  }
  return "en";
}

export const language = choose(stored(), globalThis.document ? globalThis.navigator?.languages : []);
const words = ALL[language];

// t is the text of a key, with {name} replaced by what values has. With n = 1 it is that of
// key_one, where there is such a text.
export function t(key, values) {
  const text = (values?.n === 1 && words[`${key}_one`]) || words[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return values ? fill(text, values) : text;
}

// known says whether there are words for a key.
export const known = (key) => words[key] !== undefined;

// fill puts values in their places.
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

// speak keeps another language and loads the page again.
export function speak(name) {
  try {
    localStorage.setItem(KEEP, name);
  } catch {
    return; // what cannot be kept would be forgotten by the loading
  }
  location.reload();
}

// translate writes the words into a part of the document: data-t is the text, data-t-NAME an
// attribute of the name. The document itself has none, so that they stand in one place.
export function translate(root) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const [name, attribute] of [["tLabel", "aria-label"], ["tTitle", "title"], ["tHint", "placeholder"]]) {
    const selector = `[data-${name.replace("tL", "t-l").replace("tT", "t-t").replace("tH", "t-h")}]`;
    for (const node of root.querySelectorAll(selector)) node.setAttribute(attribute, t(node.dataset[name]));
  }
}

function stored() {
  try {
    return globalThis.localStorage?.getItem(KEEP) ?? null;
  } catch {
    return null;
  }
}
