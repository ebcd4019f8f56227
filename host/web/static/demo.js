// A system full of ships without a server, to look at and to measure the page:
// /?demo=500. What happens is decided here and told to the game as the server
// would tell it: one snapshot, then deltas.
import { Mode } from "./motion.js";
import { random } from "./seed.js";

const AU = 149_597_870_700;
const FIRST = 2 ** 30;
const TYPES = ["Wren", "Halberd", "Ibis", "Cormorant", "Mule", "Lantern"];
const NAMES = ["Ada", "Noor", "Tycho", "Ilse", "Bram", "Yuki", "Osei", "Marta", "Rune", "Sanna", "Pavel", "Imre"];
const NEWS_EVERY = 500; // milliseconds between deltas
const NEWS = 0.03; // share of the ships that change course with each

// startDemo fills the game with so many ships and keeps them busy.
export function startDemo(game, count, now) {
  const next = random(count);
  game.handle({ ev: "welcome", player: { id: 1, name: "Demo" }, shard: "demo", kind: "development", release: 0 }, now());
  game.handle({ ev: "system", id: 30_000_001, name: "Anvil Reach", security: 0.7, region: "Demonstration", constellation: "Bench", hz: 10, celestials: celestials(next), docked: null, ship: FIRST }, now());
  game.handle({ ev: "snapshot", tick: 1_000, hz: 10, dilation: 1, you: FIRST, bubble: 1, entities: ships(next, count) }, now());
  game.handle({ ev: "chat", channel: "local", from: "Noor", text: `${count} ships and no server.` }, now());
  setInterval(() => {
    const { sim } = game;
    const move = [...sim.bodies.values()].filter((b) => b.id !== FIRST && next() < NEWS).map((b) => ({ id: b.id, pos: b.pos, vel: b.vel, ...course(next, b.id, count) }));
    game.handle({ ev: "delta", tick: sim.tick, add: [], move, gone: [] }, now());
  }, NEWS_EVERY);
}

// obey does what a command asks of the player's own ship.
export function obey(game, cmd, args, now) {
  const { own, sim } = game;
  const target = sim.find(args.id ?? args.station ?? args.gate);
  const orders = {
    stop: () => ({ mode: Mode.STOP }),
    direction: () => ({ mode: Mode.DIRECTION, point: args.dir }),
    align: () => ({ mode: Mode.DIRECTION, point: towards(own, target) }),
    approach: () => ({ mode: Mode.APPROACH, target: args.id, range: 50 }),
    keep: () => ({ mode: Mode.KEEP, target: args.id, range: args.range }),
    orbit: () => ({ mode: Mode.ORBIT, target: args.id, range: args.range, point: [0, 1, 0] }),
    warp: () => ({ mode: Mode.WARP, range: 3 * AU, point: short(own, target, args.range + target.radius + 2_000) }),
  };
  if (!orders[cmd] || (args.id && !target)) throw new Error("Not in the demonstration.");
  const move = { id: own.id, pos: own.pos, vel: own.vel, target: 0, point: [0, 0, 0], range: 0, ...orders[cmd]() };
  game.handle({ ev: "delta", tick: sim.tick, add: [], move: [move], gone: [] }, now);
  return true;
}

function towards(own, target) {
  const d = target.pos.map((c, i) => c - own.pos[i]);
  const length = Math.hypot(...d) || 1;
  return d.map((c) => c / length);
}

function short(own, target, by) {
  return towards(own, target).map((c, i) => target.pos[i] - c * by);
}

function ships(next, count) {
  const list = [];
  for (let i = 0; i < count; i++) {
    const r = i === 0 ? 0 : 2_000 + 45_000 * next() ** 1.5, a = next() * Math.PI * 2, y = (next() - 0.5) * 14_000;
    const id = FIRST + i;
    const npc = i > 0 && next() < 0.3;
    list.push({
      id, kind: npc ? "npc" : i % 41 === 40 ? "wreck" : "ship", name: npc ? "" : `${NAMES[i % NAMES.length]} ${Math.floor(i / NAMES.length) + 1}`,
      type: TYPES[Math.floor(next() * TYPES.length)], owner: npc ? 0 : 100 + i, radius: 25 + next() * 120,
      pos: [HERE[0] + Math.cos(a) * r, HERE[1] + (i === 0 ? 0 : y), HERE[2] + Math.sin(a) * r], vel: [0, 0, 0],
      speed: 150 + next() * 300, tau: 2 + next() * 6, ...(i === 0 ? course(() => 0.5, id, 2) : course(next, id, count)),
    });
  }
  return list;
}

// course is a new order for a ship: an orbit, an approach or a direction.
function course(next, id, count) {
  const kind = next();
  const other = count > 1 ? FIRST + ((id - FIRST + 1 + Math.floor(next() * (count - 1))) % count) : GATE;
  const a = next() * Math.PI * 2, y = (next() - 0.5) * 0.6, flat = Math.sqrt(1 - y * y);
  const point = [Math.cos(a) * flat, y, Math.sin(a) * flat];
  if (kind < 0.7) return { mode: Mode.ORBIT, target: kind < 0.35 ? other : GATE, point, range: 1_000 + next() * 15_000 };
  if (kind < 0.9) return { mode: Mode.KEEP, target: other, point: [0, 0, 0], range: 1_000 + next() * 4_000 };
  return { mode: Mode.DIRECTION, target: 0, point, range: 0 };
}

const HERE = [2.1 * AU, 0.01 * AU, -1.4 * AU];
const GATE = 50_000_001;

function celestials(next) {
  const list = [{ id: 40_000_001, kind: "star", name: "Anvil Reach", pos: [0, 0, 0], radius: 5.4e8 }];
  const roman = ["I", "II", "III", "IV", "V", "VI", "VII"];
  roman.forEach((number, i) => {
    const r = (0.4 + i * 0.9 + next() * 0.4) * AU, a = next() * Math.PI * 2;
    const pos = [Math.cos(a) * r, (next() - 0.5) * 0.05 * AU, Math.sin(a) * r];
    list.push({ id: 40_000_010 + i * 10, kind: "planet", name: `Anvil Reach ${number}`, pos, radius: 3e6 + next() * 4e7, parent: 40_000_001 });
    for (let m = 0; m < i; m++) {
      const b = next() * Math.PI * 2, d = 2e8 + m * 2e8;
      list.push({ id: 40_000_011 + i * 10 + m, kind: m === 2 ? "belt" : "moon", name: `Anvil Reach ${number}, ${m === 2 ? "Belt" : "Moon"} ${m + 1}`, parent: 40_000_010 + i * 10, pos: [pos[0] + Math.cos(b) * d, pos[1] + 1e7, pos[2] + Math.sin(b) * d], radius: 1.2e6 });
    }
  });
  list.push({ id: GATE, kind: "gate", name: "Gate to Low Ember", pos: [HERE[0] + 9_000, HERE[1] + 1_200, HERE[2] - 7_000], radius: 2_500, dest: 30_000_002, dest_name: "Low Ember" });
  list.push({ id: GATE + 1, kind: "gate", name: "Gate to Harrow", pos: [-1.9 * AU, 0, 3.2 * AU], radius: 2_500, dest: 30_000_003, dest_name: "Harrow" });
  list.push({ id: 60_000_001, kind: "station", name: "Anvil Reach IV, Ropewalk Yards", pos: [list[1].pos[0], 2e7, list[1].pos[2] + 4e7], radius: 18_000, parent: 40_000_040 });
  return list;
}
