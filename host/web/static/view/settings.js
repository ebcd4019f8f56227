// What else one may choose under View: colours, sound and language. All of it is kept in the
// browser: it belongs to whoever looks and listens, not to a pilot.
import { PALETTES, apply, paletteOf, remember } from "../palette.js";
import { LANGUAGES, language, speak, t } from "../words.js";
import { el } from "./dom.js";
import { COLOURS } from "./icons.js";

// settings makes the choices: keep is a shelf of keep.js, sound the page's sound.
export function settings(keep, sound) {
  return [
    select("palette", Object.keys(PALETTES).map((name) => [name, t(`settings.${name}`)]), paletteOf(keep), (name) => {
      remember(keep, name);
      apply(name, COLOURS, document.documentElement.style);
    }),
    select("sound", [["on", t("settings.sound_on")], ["off", t("settings.sound_off")]], sound.muted ? "off" : "on", (on) => sound.mute(on === "off")),
    el("label", {}, t("settings.volume"), " ", volume(sound)),
    select("language", LANGUAGES, language, speak),
    el("p.hint", {}, t("settings.language_hint")),
  ];
}

function volume(sound) {
  const input = el("input", { type: "range", name: "volume", min: "0", max: "100", step: "5" });
  input.value = String(Math.round(sound.volume * 100));
  input.addEventListener("input", () => sound.loud(Number(input.value) / 100));
  return input;
}

function select(name, options, value, choose) {
  const node = el("select", { name }, ...options.map(([v, text]) => el("option", { value: v }, text)));
  node.value = value;
  node.addEventListener("change", () => choose(node.value));
  return el("label", {}, t(`settings.${name}`), " ", node);
}

// tongue fills the choice of languages on the page on which one signs in.
export function tongue(node) {
  node.replaceChildren(...LANGUAGES.map(([v, text]) => el("option", { value: v }, text)));
  node.value = language;
  node.addEventListener("change", () => speak(node.value));
}
