// The page: ties connection, game and views together. Everything of substance is
// in the modules it names.
import "./start.js";
import { Bindings, usual } from "./bindings.js";
import { Fight } from "./fight.js";
import { Fleet } from "./fleet.js";
import { parseMap } from "./graph.js";
import { Journal } from "./journal.js";
import { Keep } from "./keep.js";
import { Log } from "./log.js";
import { Mining } from "./mining.js";
import { Mode } from "./motion.js";
import { Link } from "./net.js";
import { Pace } from "./pace.js";
import { GUEST, Replay } from "./replay.js";
import { Scan } from "./scan.js";
import { Session } from "./session.js";
import { Shelf } from "./shelf.js";
import { Shop } from "./shop.js";
import { Sound } from "./sound.js";
import { standing } from "./standing.js";
import { Game } from "./state.js";
import { Talk } from "./talk.js";
import { Types } from "./types.js";
import { Account } from "./view/account.js";
import { AgentsView } from "./view/agents.js";
import { CareerView } from "./view/career.js";
import { Chat } from "./view/chat.js";
import { Closing } from "./view/closing.js";
import { Death } from "./view/death.js";
import { say, show } from "./view/dom.js";
import { earOf, listen } from "./view/ears.js";
import { Fetching } from "./view/fetching.js";
import { FightView } from "./view/fight.js";
import { FleetView } from "./view/fleet.js";
import { kindName } from "./view/format.js";
import { Gaze } from "./view/gaze.js";
import { gestures } from "./view/gestures.js";
import { Goal } from "./view/goal.js";
import { HelpView } from "./view/help.js";
import { Hud } from "./view/hud.js";
import { KeyList, bindKeys, keyWord, mark } from "./view/keys.js";
import { LogView } from "./view/log.js";
import { Login } from "./view/login.js";
import { MapView } from "./view/map.js";
import { Menu, menus } from "./view/menu.js";
import { Meter } from "./view/meter.js";
import { Overview } from "./view/overview.js";
import { Panels } from "./view/panels.js";
import { Place } from "./view/place.js";
import { ReplayBar } from "./view/replay.js";
import { ScanView } from "./view/scan.js";
import { KEYS, Selected } from "./view/selected.js";
import { settings, tongue } from "./view/settings.js";
import { ShipView } from "./view/ship.js";
import { Station } from "./view/station.js";
import { Toasts } from "./view/toast.js";
import { trade } from "./view/trade.js";
import { Views } from "./view/views.js";
import { Windows } from "./view/windows.js";
import { t } from "./words.js";

const LISTS_EVERY = 0.25; // seconds between refreshes of texts and lists
const LOOK_AGAIN = 3_000; // milliseconds until a replay that has ended is looked for again
const PANELS_AFTER = 1_500; // milliseconds after which, once there is something to fly in, the engine of the panels is fetched
const VIEW_AFTER = 3_000; // milliseconds after which a better view of space is fetched, if nobody flies before
const COUNT_EVERY = 20_000; // milliseconds between questions for what nobody tells by itself

const $ = (selector) => document.querySelector(selector);
const real = () => performance.now() / 1000;
const pace = new Pace();
const now = () => pace.now(real());
const dated = { now: () => pace.date(real()) };

const demo = Number(new URLSearchParams(location.search).get("demo")) || 0;
const watching = document.body.dataset.replay !== undefined; // the page is a spectator's
const keep = watching ? new Keep(null, null) : new Keep();
const game = new Game();
const link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/play?keeps=1`);
const toasts = new Toasts($("#toasts"));
const shelf = new Shelf(document.body.dataset.keeps !== undefined);
new Fetching($("#fetching"), shelf);
const closing = new Closing($("#closing"), real);

let send = (cmd, args) => link.request(cmd, args);

// act sends a command; a refusal becomes a toast and null, the rest {result}.
async function act(cmd, args = {}) {
  if (watching) {
    toasts.show({ kind: "info", id: "replay", title: t("replay.no_orders") });
    return null;
  }
  try {
    return { result: await send(cmd, args) };
  } catch (error) {
    sound.say("refused");
    if (error.code !== "dropped") toasts.show({ kind: "info", title: error.message });
    return null;
  }
}

// ask sends what the page can do without: an answer or null, and no toast.
const ask = (cmd, args = {}) => send(cmd, args).catch(() => null);

const types = new Types(ask);
const fight = new Fight(game, ask);
const fleet = new Fleet(game);
const talk = new Talk(game, fleet, keep, dated);
const log = new Log(keep, dated);
const journal = new Journal(game, log, keep, ask);
const bindings = new Bindings(keep.storage, usual(KEYS));
const replay = watching ? new Replay({ game, pace, real, send: (cmd, args) => send(cmd, args) }) : null;
const mining = new Mining(game, fight, ask);
const shop = new Shop();
const known = { game, fight, fleet, types, shop };
const tell = (title) => title && toasts.show({ kind: "info", title });

const gaze = new Gaze($("#space"), game, keep.storage);
const views = new Views($("#space"), gaze, known, shelf, keep.storage, (notice) => toasts.show(notice));
const place = new Place($("#place"), game, act);
const sound = new Sound(game, fight, keep.storage, { now: real, ear: earOf(game, gaze) });
const goal = new Goal($("#place .goal"), game, act, { open: (name) => windows.toggle(name), topic: (name) => [windows.toggle("help"), help.fill(name)] });
const hud = new Hud($("#hud"), game, act);
const battle = new FightView($("#hud"), fight, types, act, now);
const selected = new Selected($("#selected"), known, act, {
  look: (id) => gaze.look(id),
  lock: (id) => fight.lock(id, act, now()),
  mine: async (id) => tell(await mining.toggle(id, act)),
  belt: (id) => mining.belt(id),
  mines: () => mining.works,
  talk: async (id) => {
    const { pilot } = (await ask("look", { id })) ?? {};
    if (pilot) chat.private(pilot);
  },
}, bindings);
const overview = new Overview($("#overview"), known, () => selected.use());
const chat = new Chat($("#chat"), game, talk, act);
const map = new MapView($("#map"), game);
const scan = new Scan(game, keep.storage);
const scanView = new ScanView($("#scan"), $("#cone"), scan, gaze, act, real);
const shipView = new ShipView($("#ship"), game, fight, types, ask);
const help = new HelpView($("#help"), ask);
const career = new CareerView($("#career"), game, ask, act, { open: (name) => windows.toggle(name) });
const agents = new AgentsView($("#agents"), game, ask, act, { fly: (name) => fly(name), tell });
const fleetView = new FleetView($("#fleet"), game, fleet, act, ask);
const account = new Account($("#account"), (cmd, args) => send(cmd, args));
const logView = new LogView($("#log"), log);
new Station($("#station"), game, act, ask, types);
if (replay) new ReplayBar($("#replay"), replay);
else new Death($("#death"), game, act);

const panels = new Panels({ game, keep, shop, tell, ask: (cmd, args) => send(cmd, args), windows: () => windows, sheet: $("#place .menu"),
  bring: (title, folder) => shelf.bring(title, folder),
  lacks: watching ? t("panel.replay") : document.body.dataset.panels === undefined ? t("panel.no_engine") : "" });
const windows = new Windows({
  map: { dialog: map.dialog, fill: () => map.open() },
  ship: { dialog: $("#ship"), fill: () => shipView.fill() },
  market: panels.window("market", t("open.market")),
  ...trade($, known, ask, act, { windows: () => windows, tell, sell: (type, quantity) => panels.open("market", { type, quantity, side: "sell" }) }),
  fleet: { dialog: $("#fleet"), fill: () => fleetView.fill() },
  log: { dialog: $("#log"), fill: () => logView.fill() },
  account: { dialog: $("#account"), fill: () => account.fill() },
  agents: { dialog: $("#agents"), fill: () => agents.fill() },
  career: { dialog: $("#career"), fill: () => career.fill() },
  view: { dialog: $("#view"), fill: () => {
    views.fill($("#view"));
    $("#view .body").append(...settings(keep.storage, sound));
  } },
  help: { dialog: $("#help"), fill: () => help.fill() },
});

const session = new Session(link, keep);
let whose = null; // the character whose log and talk are shown
const login = new Login($("#login"), async (name, password, cmd) => {
  await link.signIn(name, password, cmd);
  $("#space").focus();
}, () => session.resume());

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
  for (const tab of document.querySelectorAll("[data-panel][aria-expanded]")) {
    tab.setAttribute("aria-expanded", String(tab.dataset.panel === open));
  }
  countUnread();
  overview.refresh();
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
    box.replaceChildren(node("strong", t("app.reconnecting")), node("span", t("app.reconnecting_text")));
  }
  if (state === "offline") ended(detail);
  if (state === "live") {
    login.close();
    toasts.drop("closing");
  }
  face();
});
link.on("garbled", () => toasts.show({ kind: "bad", id: "garbled", title: t("app.garbled"), text: t("app.garbled_text") }));
link.on("event", take);
addEventListener("online", () => link.hurry());
document.addEventListener("visibilitychange", () => (document.hidden ? log.flush() : link.hurry()));
addEventListener("pagehide", () => log.flush());

// ended forgets what belonged to the session, and asks to sign in.
function ended(reason) {
  if (replay) return over(reason);
  windows.close();
  $("#death").close();
  for (const part of [game, fight, fleet, talk, types]) part.forget();
  fight.safety = null;
  whose = null;
  show($("#place"), false);
  show($("#station"), false);
  login.open(reason, session.elsewhere);
}

// over says that the replay has ended, and looks for it again.
function over(reason) {
  const box = $("#link");
  show(box, true);
  box.replaceChildren(node("strong", t("replay.ended")), node("span", t("replay.goes_on", { why: reason || t("replay.nobody") })));
  setTimeout(look, LOOK_AGAIN);
}

// look signs in to a replay.
const look = () => link.signIn(GUEST.name, GUEST.password).catch(() => {}); // the status tells of it

// take hands on one event of the server.
function take(message) {
  panels.take(message);
  if (message.ev === "replay_pilot") return another(message.player);
  if (!replay?.handle(message)) game.handle(message, now());
}

// another begins to look at somebody, or at another time: what was told before is
// forgotten, but where the camera and the selection are.
function another(player) {
  for (const part of [fight, fleet, talk]) part.forget();
  Object.assign(game, { errand: null, goal: null, death: null, autopilot: false });
  game.emit("goal");
  whose = null;
  game.handle({ ev: "welcome", ...game.shard, shard: game.shard.name, player: player.id ? player : null }, now());
}

// The game.
game.on("welcome", () => {
  session.welcome();
  if (whose === game.me?.id) return;
  whose = game.me?.id ?? null;
  keep.whose(game.shard.name, whose);
  log.open();
  talk.open();
  if (!watching) journal.open();
});
const flying = game.on("system", () => {
  flying();
  loadMap();
  begin();
  fill();
});
game.on("system", () => {
  setTimeout(() => panels.begin(), PANELS_AFTER);
  toasts.moved();
  face();
  countPilots();
});
game.on("shutdown", (m) => closing.show(m));
link.on("status", (state) => state !== "live" && closing.show(null));
game.on("destination", (to) => ask("route", { to }));
game.on("notice", (notice) => toasts.show(notice));
game.on("lairs", ({ text, bands }) => text && talk.note(bands ? t("app.danger", { text }) : text, "pirates"));
game.on("reloaded", () => {
  types.forget();
  shop.forget();
  askRules();
});
mining.on("told", (text) => fight.say(text, "good", now()));
fight.on("told", (text, kind, logged) => logged && log.add(text, kind, game.system?.name, undefined, logged === "hit"));
fleet.on("notice", ({ fleet: id, select, ...notice }) => {
  const order = id ? { label: t("fleet.join"), run: () => act("fleet_join", { fleet: id }).then((a) => a && fleet.take(a.result)) } : select ? { label: t("fleet.select"), run: () => game.select(select) } : null;
  toasts.show({ ...notice, do: order });
  log.add([notice.title, notice.text].filter(Boolean).join(": "), "info", game.system?.name);
});
const countUnread = () => {
  if (document.body.dataset.panel === "chat") chat.read();
  say($('#tabs [data-panel="chat"]'), chat.unread ? t("chat.unread", { count: chat.unread }) : t("chat.title"));
};
for (const what of ["line", "channels"]) talk.on(what, countUnread);

// Pointers on space.
gestures($("#space"), {
  drag: (dx, dy) => gaze.camera.turn(dx, dy),
  zoom: (factor) => gaze.zoom(factor),
  tap: (x, y, touch) => game.select(views.now.pick(x, y, touch ? 26 : 14)),
  doubleTap: (x, y, touch) => {
    const id = views.now.pick(x, y, touch ? 26 : 14);
    if (id !== null) act("approach", { id });
    else if (game.own) act("direction", { dir: gaze.camera.ray(x, y) });
  },
  hover: (x, y) => (views.now.hovered = views.now.pick(x, y, 14)),
  leave: () => (views.now.hovered = null),
  hold: (x, y) => openMenu(x, y),
});

// Buttons and keys.
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => (button.dataset.open === "leave" ? leave() : windows.toggle(button.dataset.open)));
}
for (const tab of document.querySelectorAll("button[data-panel]")) tab.addEventListener("click", () => panel(tab.dataset.panel));
const inSpace = (run) => () => (game.own ? void run() : false);
const keys = {
  stop: { run: inSpace(() => act("stop")) },
  next: { run: () => (game.docked !== null ? void act("undock") : game.own ? void place.go() : false) },
  ahead: { run: inSpace(() => act("direction", { dir: [gaze.camera.fx, gaze.camera.fy, gaze.camera.fz] })) },
  foe: { run: inSpace(() => nearestFoe()) },
  previous: { run: () => overview.step(-1) },
  following: { run: () => overview.step(1) },
  ...Object.fromEntries(["map", "ship", "cargo", "market", "industry", "planets", "agents", "career", "fleet", "log", "view", "help"].map((name) => [name, { opens: name }])),
  scan: { run: inSpace(() => {
    if (document.body.dataset.panel !== "scan") panel("scan");
    scanView.run();
  }) },
  ranges: { run: () => void (views.now.ranges = !views.now.ranges) },
  camera: { run: () => tell(gaze.next()) },
  chat: { run: () => (game.system ? chat.input.focus() : false) },
  mute: { run: () => {
    sound.mute(!sound.muted);
    tell(t(sound.muted ? "sound.muted" : "sound.unmuted"));
  } },
  nearer: { run: () => gaze.zoom(0.8) },
  farther: { run: () => gaze.zoom(1.25) },
  turn_left: { run: () => gaze.camera.turn(-40, 0) },
  turn_right: { run: () => gaze.camera.turn(40, 0) },
  turn_up: { run: () => gaze.camera.turn(0, -40) },
  turn_down: { run: () => gaze.camera.turn(0, 40) },
  ...Object.fromEntries([..."123456789"].map((key) => [`module${key}`, { run: inSpace(() => battle.use(Number(key))) }])),
};
const fixedKeys = {
  Escape: { does: t("keys.escape"), run: () => {
    game.select(null);
    gaze.look(null);
  } },
  ...replay?.keys,
};
bindKeys(bindings, keys, fixedKeys, (name) => !watching && selected.order(name), windows);
new KeyList($("#help"), bindings, Object.keys(bindings.usual).filter((name) => !watching || !(name in KEYS)), [
  [t("keys.drag"), t("keys.drag_does")],
  ...(watching ? [] : ["menu", "double", "enter"].map((what) => [t(`keys.${what}`), t(`keys.${what}_does`)])),
  ...Object.entries(fixedKeys).map(([key, { does }]) => [keyWord(key), does]),
]);
const markKeys = () => document.querySelectorAll("[data-key]").forEach((button) => button.dataset.key in bindings.usual && mark(button, bindings.key(button.dataset.key)));
bindings.on("changed", markKeys);
markKeys();

// The nearest of those that mean harm is selected.
function nearestFoe() {
  let best = null, least = Infinity;
  for (const body of game.sim.bodies.values()) {
    const metres = game.distance(body);
    if (standing(body, game, fleet, fight) === "hostile" && metres < least) [best, least] = [body.id, metres];
  }
  if (best === null) tell(t("app.no_foe"));
  else game.select(best);
}

// The menu of a thing, for the right button, a resting finger and the menu key.
const openMenu = menus(new Menu($("#menu")), { space: $("#space"), rows: $("#overview .rows") }, gaze, {
  pick: (x, y, reach) => views.now.pick(x, y, reach),
  chosen: () => game.selected,
  of: (id) => {
    const thing = id !== null && id !== game.ship && !watching ? game.sim.find(id) : null;
    return thing && { title: thing.name || thing.type || kindName(thing), items: selected.choices(thing) };
  },
  select: (id) => game.select(id),
});

listen(sound);
replay?.on("refused", (title) => toasts.show({ kind: "info", id: "replay", title }));

// The clockwork: space each frame, texts and lists a few times a second.
const meter = new Meter($("#meter"), demo > 0);
const PANELS = ["#selected", "#scan", "#overview", "#hud", "#chat", "#station"].map($);
const OVER = ["#place .plate", "#place .route", "#place .goal", "#place .menu", "#tabs"].map($);
let listed = 0;
function frame() {
  requestAnimationFrame(frame);
  const began = real();
  if (!map.dialog.open) views.now.frame(pace.now(began), began);
  if (began - listed > LISTS_EVERY && game.system) {
    listed = began;
    if (map.dialog.open) game.sim.advance(pace.now(began));
    place.update();
    goal.update();
    hud.update();
    battle.update();
    selected.update();
    scanView.update();
    overview.refresh();
    sound.update(Mode.TUNNEL);
    gaze.cover(PANELS, OVER);
  }
  meter.count(began, real());
}

// begin looks for a better view of space, once: what that takes comes after what it takes to
// fly.
let begun = false;
function begin() {
  if (!begun) views.begin();
  begun = true;
}

// fill fetches what is still wanted, once one can fly, and has all of it kept for the next
// visit.
async function fill() {
  const doubt = await shelf.begin((name) => views.deep || !Views.DEEP.some((folder) => name.startsWith(folder))).catch(() => null); // the page goes on without
  document.body.dataset.filled = String(!doubt);
  if (!doubt) return;
  toasts.show({ kind: "bad", id: "key", title: t("key.title"),
    text: t("key.text", { key: doubt }),
    do: { label: t("key.right"), run: () => shelf.tell({ trust: doubt }) } });
}

async function countPilots() {
  if (!game.system || document.hidden) return;
  const here = await ask("who");
  if (here) chat.count(here);
}

// askRules asks for the figures of the game: whoever changes them tells nobody.
async function askRules() {
  const rules = game.system && !document.hidden ? await ask("rules") : null;
  if (rules) game.handle({ ...rules, ev: "rules" }, now());
}
setInterval(() => {
  countPilots();
  askRules();
}, COUNT_EVERY);

async function loadMap() {
  for (let wait = 1; ; wait = Math.min(30, wait * 2)) {
    try {
      const answer = await fetch(wait === 1 ? await shelf.address("api/map") : "/api/map");
      if (answer.ok) return game.useMap(parseMap(await answer.json()));
    } catch {
      // The server is away; the connection says so already.
    }
    await new Promise((later) => setTimeout(later, wait * 1000));
  }
}

// fly sets the route to a system by its name.
function fly(name) {
  const system = game.map?.named(name);
  if (system) game.fly(system.id);
}

function node(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

// What there is, and what the view of space costs, for whoever measures or takes pictures.
globalThis.hotshard = { game, gaze, sound, get sky() { return views.now.figures ?? null; } };

async function start() {
  requestAnimationFrame(frame);
  tongue($("#login [name=language]"));
  setTimeout(begin, VIEW_AFTER);
  if (demo > 0) {
    const { obey, startDemo } = await import("./demo.js");
    send = async (cmd, args) => obey(game, cmd, args, now());
    startDemo(game, Math.min(demo, 5_000), now);
    return;
  }
  if (watching) return void look();
  if (session.resume()) return;
  face();
  login.open();
}

start();
