import assert from "node:assert/strict";
import test from "node:test";
import { figures, follow, grown, layout, lines, moment, percent, question, step, warmth } from "../static/flame.js";

// tree is what /debug/lua.json says of a shard in which fee took 70 of 100 steps, and 20 of
// 80 in release 7, and bell is called no more.
const tree = () => {
  const fee = { name: "market.fee", where: "market.lua@41:12", value: 70, self: 70, was: 20 };
  const tick = { name: "main.tick", value: 90, self: 20, was: 60, children: [fee] };
  const say = { name: "chat.say", value: 10, self: 10, was: 10 };
  const bell = { name: "main.bell", value: 0, self: 0, was: 10 };
  return { total: 100, was: 80, against: 7, root: { name: "all", value: 100, self: 0, was: 80, children: [tick, say, bell] } };
};
const places = (frames) => frames.map((f) => [f.node.name, f.depth, Math.round(f.left * 100), Math.round(f.width * 100)]);

test("frames are as wide as their share, what they call below them", () => {
  const { root } = tree();
  assert.deepEqual(places(layout([root])), [["all", 0, 0, 100], ["main.tick", 1, 0, 90], ["market.fee", 2, 0, 70], ["chat.say", 1, 90, 10]]);
  assert.deepEqual(places(layout([root], 0.2)).map(([name]) => name), ["all", "main.tick", "market.fee"], "what is too narrow is left out");
});

test("a frame that fills the width has its callers above it", () => {
  const { root } = tree();
  const path = [root, root.children[0]];
  assert.deepEqual(places(layout(path)), [["all", 0, 0, 100], ["main.tick", 1, 0, 100], ["market.fee", 2, 0, 78]]);
  const later = tree();
  assert.equal(follow(later.root, path).at(-1), later.root.children[0], "in another answer, too");
  later.root.children[0].value = 0;
  assert.deepEqual(follow(later.root, path), [later.root], "until it is gone");
});

test("arrows go to callers, callees and what is beside", () => {
  const frames = layout([tree().root]);
  const go = (name, arrow) => frames[step(frames, frames.findIndex((f) => f.node.name === name), arrow)]?.node.name;
  assert.equal(go("all", "ArrowDown"), "main.tick");
  assert.equal(go("market.fee", "ArrowUp"), "main.tick");
  assert.equal(go("main.tick", "ArrowRight"), "chat.say");
  assert.equal(go("chat.say", "ArrowLeft"), "main.tick");
  for (const [name, arrow] of [["all", "ArrowUp"], ["market.fee", "ArrowDown"], ["chat.say", "ArrowRight"], ["main.tick", "ArrowLeft"]]) assert.equal(go(name, arrow), undefined, `${name} ${arrow}`);
});

test("releases are compared by shares", () => {
  const answer = tree();
  const [tick, say, bell] = answer.root.children;
  assert.deepEqual(figures(tick.children[0], answer), { all: 0.7, self: 0.7, before: 0.25, change: 0.7 - 0.25 });
  assert.ok(warmth(tick.children[0], answer) === 1 && warmth(say, answer) < 0 && warmth(bell, answer) < 0);
  assert.equal(grown(figures(tick.children[0], answer).change), "\u25b2 45 %");
  assert.equal(grown(figures(say, answer).change), "\u25bc 2.5 %");
  assert.equal(grown(0), "as before");
  const alone = { ...answer, against: 0 };
  assert.deepEqual(figures(tick, alone), { all: 0.9, self: 0.2, change: 0 });
  assert.ok(warmth(tick.children[0], alone) === 1 && warmth(tick, alone) < 1, "by itself, what takes most itself is the hottest");
  assert.equal(figures(tick, { ...answer, was: 0 }).change, 0, "nothing is compared with nothing");
});

test("the table has what is gone, too, and not what is next to nothing", () => {
  const answer = tree();
  answer.root.children.push({ name: "main.dust", value: 0.1, self: 0.1, was: 0 });
  assert.deepEqual(lines(answer).map((l) => [l.node.name, l.depth]), [["main.tick", 0], ["market.fee", 1], ["chat.say", 0], ["main.bell", 0]]);
  assert.equal(lines(answer, 0, 2).length, 2);
});

test("what is asked for is what was chosen", () => {
  assert.equal(question({ system: "Low Ember", module: "", since: "5m", release: "", against: "7" }), "system=Low+Ember&since=5m&against=7");
  assert.equal(percent(0.0312), "3.1 %");
  const now = new Date(2026, 2, 4, 0, 20, 30);
  assert.equal(moment("00:05", now), new Date(2026, 2, 4, 0, 5).toISOString());
  assert.equal(moment("23:50", now), new Date(2026, 2, 3, 23, 50).toISOString(), "over midnight");
});
