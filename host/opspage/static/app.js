// The operators' page: ties the connection to what shows it.
import { Now } from "./figures.js";
import { Link } from "./link.js";
import { Audit } from "./view/audit.js";
import { Console } from "./view/console.js";
import { el, show } from "./view/dom.js";
import { Errors } from "./view/errors.js";
import { Functions } from "./view/functions.js";
import { Head } from "./view/head.js";
import { LogView } from "./view/log.js";
import { Perform } from "./view/perform.js";
import { Power } from "./view/power.js";
import { Range } from "./view/range.js";
import { Releases } from "./view/releases.js";
import { Sign } from "./view/sign.js";

const $ = (selector) => document.querySelector(selector);
const TOAST = 8_000; // ms

function toast(text, kind = "good") {
  if (!text) return;
  const note = el(`div.toast.${kind}`, {}, text);
  $("#toasts").append(note);
  setTimeout(() => note.remove(), TOAST);
}

const link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
const now = new Now();
let ahead = 0; // ms that the shard's clock is ahead of ours
const sign = new Sign($("#sign"), link, toast);
const perform = new Perform(link, { dialog: $("#confirm"), shard: () => head.facts?.shard, sign: () => sign.ask() });
const head = new Head($("#head"), link, { sign: () => sign.ask(), signOut: () => sign.out() });
const power = new Power({ dialog: $("#stop"), bar: $("#countdown"), button: $("#head .stop"), link, perform, clock: () => Date.now() + ahead, toast });

const functions = new Functions($("#functions"), link);
const range = new Range($("#range"), link, now, (which) => {
  functions.open(which);
  location.hash = "#functions";
});
const open = (name) => {
  location.hash = "#range";
  const i = range.names.indexOf(name);
  if (i > 0) range.open(i);
};
const sections = {
  range, functions, releases: new Releases($("#releases"), link, perform), errors: new Errors($("#errors"), link, { count: $("#nav .count"), open }),
  log: new LogView($("#log"), link), audit: new Audit($("#audit"), link, perform), console: new Console($("#console"), link, perform),
};

let shown = "";
function route() {
  const name = sections[location.hash.slice(1)] ? location.hash.slice(1) : "range";
  if (name === shown) return;
  for (const [other, section] of Object.entries(sections)) {
    show($(`#${other}`), other === name);
    if (other === shown) section.show(false);
  }
  for (const a of document.querySelectorAll("#nav a")) {
    if (a.dataset.to === name) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  shown = name;
  sections[name].show(true);
}
addEventListener("hashchange", async () => {
  if (location.hash.startsWith("#sign-in=")) await enter();
  else route();
});

link.on("bytes", (bytes) => {
  const what = now.apply(bytes);
  if (what !== "figures") {
    head.take(what);
    power.take(what);
    sections.audit.fourEyes = what.four_eyes;
    return;
  }
  const lead = now.at * 1000 - Date.now();
  if (Math.abs(lead - ahead) > 1_500) ahead = lead; // the shard tells whole seconds
  sections.errors.total(now.errors);
  range.second();
});
link.on("hello", () => {
  range.load().catch((error) => toast(error.message, "bad"));
  sections[shown]?.show(true);
});

// enter signs in where the address says so, and connects.
async function enter() {
  await sign.follow().catch((error) => toast(error.message, "bad"));
  route();
  link.open();
}
enter();
