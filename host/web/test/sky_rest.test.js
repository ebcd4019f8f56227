import assert from "node:assert/strict";
import test from "node:test";
import { Labels } from "../static/sky/labels.js";
import { LEVELS, Quality } from "../static/sky/quality.js";
import { Game } from "../static/state.js";
import { Gaze } from "../static/view/gaze.js";

const frames = (quality, seconds, count) => {
  let changes = 0;
  for (let i = 0; i < count; i++) if (quality.frame(seconds)) changes++;
  return changes;
};

test("slow frames make it plainer, quick ones better, and what was too slow is not tried again soon", () => {
  const quality = new Quality("auto");
  assert.equal(quality.level.name, "medium");
  assert.equal(frames(quality, 1 / 60, 90 * 8), 1);
  assert.equal(quality.level.name, "high");
  frames(quality, 1 / 20, 90);
  assert.equal(quality.level.name, "medium");
  frames(quality, 1 / 60, 90 * 31);
  assert.equal(quality.level.name, "medium", "it does not go to and fro");
  frames(quality, 1 / 60, 90);
  assert.equal(quality.level.name, "high", "but is tried once more");
  frames(quality, 1 / 20, 900);
  assert.equal(quality.level.name, "low", "and there is nothing below");
});

test("what somebody has chosen stays, and a page that nobody looked at was not slow", () => {
  const chosen = new Quality("high");
  assert.equal(frames(chosen, 1 / 10, 2_000), 0);
  assert.equal(chosen.level, LEVELS.at(-1));
  const hidden = new Quality("auto");
  assert.equal(frames(hidden, 3, 2_000), 0);
});

test("levels rise in what they ask for", () => {
  for (const key of ["ratio", "surface", "clouds", "sparks", "rocks"]) for (let i = 1; i < LEVELS.length; i++) assert.ok(LEVELS[i][key] > LEVELS[i - 1][key], key);
});

// A context that notes what is written where.
function paper() {
  const written = [];
  return { written, measureText: (text) => ({ width: text.length * 6 }), strokeText() {}, fillText: (text, x, y) => written.push([text, x, y]) };
}

test("names that matter are written first, and none over another or a panel", () => {
  const labels = new Labels(), ctx = paper();
  labels.covered = [{ left: 500, right: 800, top: 0, bottom: 600 }];
  labels.begin(800, 600);
  for (let i = 0; i < 200; i++) labels.add(4, i, 100 + (i % 5), 100, `Ship ${i}`, 1_000 + i, "#fff");
  labels.add(0, 999, 101, 100, "Chosen", 5_000, "#fff");
  labels.add(2, 1_000, 480, 300, "Beside the panel", 10, "#fff");
  labels.write(ctx, 1);
  assert.equal(ctx.written[0][0], "Chosen");
  assert.ok(ctx.written.filter(([text]) => text.startsWith("Ship")).length <= 2);
  const beside = ctx.written.find(([text]) => text === "Beside the panel");
  assert.ok(beside[1] + 16 * 6 <= 480, "to the left of its place");
});

test("distances are written anew a few times a second", () => {
  const labels = new Labels(), ctx = paper();
  const write = (metres, at) => {
    labels.begin(800, 600);
    labels.add(0, 1, 100, 100, "A", metres, "#fff");
    labels.write(ctx, at);
    return ctx.written.at(-1)[0];
  };
  assert.equal(write(100, 1), "100 m");
  assert.equal(write(200, 1.1), "100 m");
  assert.equal(write(300, 1.4), "300 m");
});

const celestials = [{ id: 9, kind: "station", name: "S", pos: [40_000, 0, 0], radius: 8_000 }];
const ship = { id: 2 ** 30, kind: "ship", name: "A", type: "Wren", radius: 30, mode: 0, pos: [0, 0, 0], vel: [0, 0, 0], speed: 100, tau: 3 };

function flying(keep = new Map()) {
  const game = new Game(), gaze = new Gaze(null, game, keep);
  gaze.camera.resize(1_280, 800);
  gaze.close = true;
  game.handle({ ev: "system", id: 1, name: "X", security: 1, hz: 10, celestials, docked: null, ship: ship.id }, 0);
  game.handle({ ev: "snapshot", tick: 1, hz: 10, dilation: 1, you: ship.id, bubble: 1, entities: [ship] }, 0);
  return { game, gaze };
}

test("the camera begins near the ship, and remembers how near one was", () => {
  const keep = new Map(), { gaze } = flying(keep);
  gaze.frame(1, true);
  assert.equal(gaze.camera.range, 240);
  assert.ok(gaze.camera.project(40_000, 0, 0, {}), "the station it came from is in front");
  gaze.zoom(2);
  gaze.frame(1, true);
  assert.equal(gaze.camera.range, 480);
  const again = flying(keep).gaze;
  again.frame(1, true);
  assert.equal(again.camera.range, 480);
});

test("the camera looks at something else and back, follows, goes around; not for who wants calm", () => {
  const { game, gaze } = flying();
  gaze.frame(1, true);
  gaze.look(9);
  gaze.frame(1, true);
  assert.equal(gaze.middle.px, 40_000);
  gaze.look(9);
  gaze.frame(1, true);
  assert.equal(gaze.middle.px, 0);
  assert.match(gaze.next(), /follows/);
  game.select(9);
  gaze.camera.yaw = 3;
  for (let i = 0; i < 300; i++) gaze.frame(0.05, false);
  const out = {};
  assert.ok(gaze.camera.project(40_000, 0, 0, out));
  assert.ok(Math.abs(out.x - gaze.camera.cx) < gaze.camera.focal * 0.05, "what is chosen is in the middle");
  assert.match(gaze.next(), /around/);
  const yaw = gaze.camera.yaw;
  gaze.frame(1, true);
  assert.equal(gaze.camera.yaw, yaw);
  gaze.frame(1, false);
  assert.ok(gaze.camera.yaw > yaw);
  assert.match(gaze.next(), /stays/);
});
