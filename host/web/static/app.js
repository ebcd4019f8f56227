// The page: ties connection, game and views together. Everything of substance is
// in the modules it names.
import { Link } from "./net.js";
import { Fight } from "./fight.js";
import { Game } from "./state.js";
import { parseMap } from "./graph.js";
import { Chat } from "./view/chat.js";
import { say, show } from "./view/dom.js";
import { FightView } from "./view/fight.js";
import { gestures } from "./view/gestures.js";
import { Hud } from "./view/hud.js";
import { bindKeys, fillHelp } from "./view/keys.js";
import { Login } from "./view/login.js";
import { MapView } from "./view/map.js";
import { Meter } from "./view/meter.js";
import { Overview } from "./view/overview.js";
import { Place } from "./view/place.js";
import { Selected } from "./view/selected.js";
import { Space } from "./view/space.js";
import { Station } from "./view/station.js";
import { Toasts } from "./view/toast.js";

const TOKEN = "hotshard.token";
const LISTS_EVERY = 0.25; // seconds between refreshes of texts and lists
const COUNT_EVERY = 20_000; // milliseconds between counts of who is here

const $ = (selector) => document.querySelector(selector);
const now = () => performance.now() / 1000;

const demo = Number(new URLSearchParams(location.search).get("demo")) || 0;
const game = new Game();
const link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/play`);
const toasts = new Toasts($("#toasts"));

let send = (cmd, args) => link.request(cmd, args);

// act sends a command; a refusal becomes a toast and null, the rest {result}.
async function act(cmd, args = {}) {
  try {
    return { result: await send(cmd, args) };
  } catch (error) {
    if (error.code !== "dropped") toasts.show({ kind: "info", title: error.message });
    return null;
  }
}

// ask sends what the page can do without: an answer or null, and no toast.
const ask = (cmd, args = {}) => send(cmd, args).catch(() => null);

const fight = new Fight(game, ask);
const space = new Space($("#space"), game, fight);
const place = new Place($("#place"), game, act);
const hud = new Hud($("#hud"), game, act);
const battle = new FightView($("#hud"), fight, act, now);
const selected = new Selected($("#selected"), game, fight, act, {
  look: (id) => space.look(id),
  lock: (id) => fight.lock(id, act, now()),
});
const overview = new Overview($("#overview"), game);
const chat = new Chat($("#chat"), game, (text) => act("say", { channel: "local", text }));
const map = new MapView($("#map"), game);
new Station($("#station"), game, act);

const login = new Login($("#login"), async (name, password, cmd) => {
  await link.signIn(name, password, cmd);
  $("#space").focus();
  recallRoute();
});

// Which of the page's faces is shown.
function face() {
  const view = !game.system ? (link.status === "offline" ? "login" : "blank") : game.docked !== null ? "station" : "space";
  document.body.dataset.view = view;
  for (const id of ["#side", "#hud"]) show($(id), view === "space");
  for (const id of ["#chat", "#tabs"]) show($(id), view === "space" || view === "station");
}

function panel(name) {
  const open = document.body.dataset.panel === name ? "" : name;
  document.body.dataset.panel = open;
  for (const tab of document.querySelectorAll("#tabs [data-panel]")) {
    tab.setAttribute("aria-expanded", String(tab.dataset.panel === open));
  }
  countUnread();
  overview.refresh();
}

function open(what) {
  if (what === "map") map.open();
  if (what === "help") $("#help").showModal();
  if (what === "leave") leave();
}

function leave() {
  link.request("logout").catch(() => {});
  link.leave();
}

// The connection.
link.on("status", (state, detail) => {
  document.body.dataset.link = state;
  const box = $("#link");
  show(box, state === "reconnecting" || (state === "connecting" && !game.system && !login.root.checkVisibility()));
  if (state === "reconnecting") {
    box.replaceChildren(strong("Reconnecting"), span("Your ship stays where it is for a minute."));
  }
  if (state === "offline") {
    sessionStorage.removeItem(TOKEN);
    if (map.dialog.open) map.dialog.close();
    game.forget();
    fight.forget();
    fight.safety = null;
    show($("#place"), false);
    show($("#station"), false);
    login.open(detail);
  }
  if (state === "live") {
    login.close();
    toasts.drop("closing");
  }
  face();
});
link.on("garbled", () => toasts.show({ kind: "bad", id: "garbled", title: "The server has changed", text: "Reload the page to go on." }));
link.on("event", (message) => game.handle(message, now()));
addEventListener("online", () => link.hurry());
document.addEventListener("visibilitychange", () => document.hidden || link.hurry());

// The game.
game.on("welcome", () => {
  if (link.token) sessionStorage.setItem(TOKEN, link.token);
});
game.on("system", () => {
  toasts.moved();
  face();
  countPilots();
});
game.on("destination", (to) => ask("route", { to }));
game.on("notice", (notice) => toasts.show(notice));
const countUnread = () => {
  if (document.body.dataset.panel === "chat") chat.read();
  say($('#tabs [data-panel="chat"]'), chat.unread ? `Chat (${chat.unread})` : "Chat");
};
game.on("chat", countUnread);

// Pointers on space.
gestures($("#space"), {
  drag: (dx, dy) => space.camera.turn(dx, dy),
  zoom: (factor) => space.camera.zoom(factor),
  tap: (x, y, touch) => game.select(space.pick(x, y, touch ? 26 : 14)),
  doubleTap: (x, y, touch) => {
    const id = space.pick(x, y, touch ? 26 : 14);
    if (id !== null) act("approach", { id });
    else if (game.own) act("direction", { dir: space.camera.ray(x, y) });
  },
  hover: (x, y) => (space.hovered = space.pick(x, y, 14)),
  leave: () => (space.hovered = null),
});

// Buttons and keys.
for (const button of document.querySelectorAll("[data-open]")) button.addEventListener("click", () => open(button.dataset.open));
for (const tab of document.querySelectorAll("#tabs [data-panel]")) tab.addEventListener("click", () => panel(tab.dataset.panel));
const inSpace = (run) => () => (game.own ? void run() : false);
const keys = {
  Space: { does: "Stop the ship", run: inSpace(() => act("stop")) },
  F: { does: "Next step of the route: warp to the gate, or jump", run: inSpace(() => place.go()) },
  "[": { does: "Previous row of the overview", run: () => overview.step(-1) },
  "]": { does: "Next row of the overview", run: () => overview.step(1) },
  M: { does: "Star map", run: () => map.open() },
  T: { does: "Range rings on or off", run: () => void (space.ranges = !space.ranges) },
  Enter: { does: "Say something in local", run: () => (game.system ? chat.input.focus() : false) },
  Escape: { does: "Nothing selected, camera back on your ship", run: () => {
    game.select(null);
    space.look(null);
  } },
  ...Object.fromEntries([..."123456789"].map((key) => [key, { run: inSpace(() => battle.use(Number(key))) }])),
  "?": { does: "This list", run: () => open("help") },
  "+": { run: () => space.camera.zoom(0.8) },
  "-": { run: () => space.camera.zoom(1.25) },
};
bindKeys(keys, (key) => selected.order(key));
fillHelp($("#help"), keys);

// The clockwork: space each frame, texts and lists a few times a second.
const meter = new Meter($("#meter"), demo > 0);
const PANELS = ["#selected", "#overview", "#hud", "#chat"].map($);
let listed = 0;
function frame() {
  requestAnimationFrame(frame);
  const began = now();
  if (!map.dialog.open) space.frame(began);
  if (began - listed > LISTS_EVERY && game.system) {
    listed = began;
    if (map.dialog.open) game.sim.advance(began);
    place.update();
    hud.update();
    battle.update();
    selected.update();
    overview.refresh();
    space.cover(PANELS);
  }
  meter.count(began, now());
}

// recallRoute takes up the route that the game kept for us.
async function recallRoute() {
  const route = await ask("route");
  if (route?.to) game.handle({ ...route, ev: "route" }, now());
}

async function countPilots() {
  if (!game.system || document.hidden) return;
  const here = await ask("who");
  if (here) chat.count(here);
}
setInterval(countPilots, COUNT_EVERY);

async function loadMap() {
  for (let wait = 1; ; wait = Math.min(30, wait * 2)) {
    try {
      const answer = await fetch("/api/map");
      if (answer.ok) return game.useMap(parseMap(await answer.json()));
    } catch {
      // The server is away; the connection says so already.
    }
    await new Promise((later) => setTimeout(later, wait * 1000));
  }
}

function strong(text) {
  const node = document.createElement("strong");
  node.textContent = text;
  return node;
}

function span(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node;
}

async function start() {
  requestAnimationFrame(frame);
  loadMap();
  if (demo > 0) {
    const { obey, startDemo } = await import("./demo.js");
    send = async (cmd, args) => obey(game, cmd, args, now());
    startDemo(game, Math.min(demo, 5_000), now);
    return;
  }
  const token = sessionStorage.getItem(TOKEN);
  if (!token) {
    face();
    login.open();
    return;
  }
  link.resume(token).then(recallRoute, () => {});
}

start();
