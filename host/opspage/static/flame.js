// What Lua's steps went into, as a flame graph: the tree of /debug/lua.json, laid out. A
// frame is as wide as its share of all steps; what it called stands below it.

// share is a part of all, 0 where there is nothing.
export const share = (steps, all) => (all > 0 ? (steps ?? 0) / all : 0);

// figures are the shares of a frame: with all that it calls and by itself, and where two
// releases are compared the same before, and how much it has grown.
export function figures(node, { total, was = 0, against = 0 }) {
  const all = share(node.value, total), self = share(node.self, total);
  if (!against) return { all, self, change: 0 };
  const before = share(node.was, was);
  return { all, self, before, change: total > 0 && was > 0 ? all - before : 0 };
}

const key = (path) => path.map((n) => n.name).join("\n");

// layout lays out what is to be seen of a tree when one frame fills the width: path leads
// from the root to it. Frames narrower than least of the width are left out. Each is {node,
// path, key, depth, left, width, above}; above is the place in the list of who called it.
export function layout(path, least = 0) {
  const out = [];
  path.forEach((node, depth) => {
    const way = path.slice(0, depth + 1);
    out.push({ node, path: way, key: key(way), depth, left: 0, width: 1, above: depth - 1 });
  });
  const whole = path.at(-1).value;
  const below = (node, way, left, above) => {
    for (const child of node.children ?? []) {
      const width = share(child.value, whole);
      if (width > 0 && width >= least) {
        const next = [...way, child];
        out.push({ node: child, path: next, key: key(next), depth: way.length, left, width, above });
        below(child, next, left, out.length - 1);
      }
      left += width;
    }
  };
  below(path.at(-1), path, 0, out.length - 1);
  return out;
}

// follow is the same path in another tree, as far as it is there.
export function follow(root, path) {
  const out = [root];
  for (const { name } of path.slice(1)) {
    const next = out.at(-1).children?.find((c) => c.name === name && c.value > 0);
    if (!next) break;
    out.push(next);
  }
  return out;
}

// step is the frame that an arrow key leads to: the place in a layout, or -1.
export function step(frames, at, arrow) {
  const here = frames[at];
  if (arrow === "ArrowUp") return here.above;
  if (arrow === "ArrowDown") return frames.findIndex((f) => f.above === at);
  const beside = frames.map((f, i) => ({ ...f, i })).filter((f) => f.depth === here.depth).sort((a, b) => a.left - b.left);
  const next = beside[beside.findIndex((f) => f.i === at) + (arrow === "ArrowRight" ? 1 : -1)];
  return next ? next.i : -1;
}

// lines are the frames of a tree one below the other, callers before what they call, down to
// a least share of all; what there was before and is no more, too: {node, depth}.
export function lines(answer, least = 0.005, most = 250) {
  const out = [];
  const walk = (node, depth) => {
    const { all, before = 0 } = figures(node, answer);
    if (out.length >= most || Math.max(all, before) < least) return;
    out.push({ node, depth });
    (node.children ?? []).forEach((child) => walk(child, depth + 1));
  };
  (answer.root.children ?? []).forEach((child) => walk(child, 0));
  return out;
}

// percent is a share in few digits.
export const percent = (part) => `${(part * 100).toFixed(Math.abs(part) < 0.0995 ? 1 : 0)} %`;

// grown says a change with a sign that is read without colour, too.
export const grown = (change) => (Math.abs(change) < 0.0005 ? "as before" : `${change > 0 ? "\u25b2" : "\u25bc"} ${percent(Math.abs(change))}`);

const FULL = 0.3; // a change, or time of one's own, of which the colour is the strongest

// warmth is how strongly a frame is coloured, -1 (colder) to 1: by how its share has changed
// where releases are compared, or else by what it takes itself.
export function warmth(node, answer) {
  const { self, change } = figures(node, answer);
  const part = answer.against ? change : self;
  return Math.max(-1, Math.min(1, part / FULL));
}

// moment is a time of day that was typed, 14:05, as the one that was last: an ISO time.
export function moment(text, now = new Date()) {
  const [hours, minutes] = text.split(":").map(Number);
  const at = new Date(now);
  at.setHours(hours, minutes, 0, 0);
  if (at > now) at.setDate(at.getDate() - 1);
  return at.toISOString();
}

// question is what to ask for a tree, by what was chosen: {system, module, since} or {from,
// to} as ISO times, {release, against}.
export function question(chosen) {
  const q = new URLSearchParams();
  for (const name of ["system", "module", "since", "from", "to", "release", "against"]) if (chosen[name]) q.set(name, chosen[name]);
  return q.toString();
}
