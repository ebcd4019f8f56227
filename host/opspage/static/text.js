// What is typed to the console and what it answers, as text.

// word quotes a word of a command line where it needs that.
export function word(text) {
  if (/^[^\s"'@-][^\s"']*$/.test(text)) return text;
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

// at names a system in a command line.
export const at = (name) => `@${word(name)}`;

// differences takes a unified diff apart: {kind, text} a line, kind "file", "hunk", "add",
// "del" or "same". A hunk says how long it is; a comment of Lua that is gone looks like the
// name of a file.
export function differences(text) {
  let gone = 0, come = 0; // lines of the hunk that are to come
  return text.replace(/\n$/, "").split("\n").map((line) => {
    const [, olds, news] = line.match(/^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/) ?? [];
    if (gone <= 0 && come <= 0) {
      if (!line.startsWith("@@")) return { kind: "file", text: line };
      gone = Number(olds ?? 1);
      come = Number(news ?? 1);
      return { kind: "hunk", text: line };
    }
    if (line[0] === "+") return come--, { kind: "add", text: line };
    if (line[0] === "-") return gone--, { kind: "del", text: line };
    if (line[0] !== "\\") gone--, come--;
    return { kind: "same", text: line };
  });
}

// isDiff says whether a text is a unified diff.
export const isDiff = (text) => /^--- .*\n\+\+\+ /m.test(text) && /^@@ /m.test(text);

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

const minutes = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

// hour is a moment as the hands of a clock show it.
export const hour = (at) => minutes.format(new Date(at));

// when is a moment as it is short to read: the time, with the day where that is another.
export function when(at, now = new Date()) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  return (date.toDateString() === now.toDateString() ? clock : day).format(date);
}

// lasting is a time in seconds in two units: "3 d 4 h", "1 h 2 min", "2 min 5 s", "40 s".
export function lasting(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const units = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];
  const first = units.findIndex(([size]) => s >= size);
  if (first < 0) return "0 s";
  let rest = s;
  const parts = [];
  for (const [size, name] of units.slice(first, first + 2)) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${n} ${name}`);
  }
  return parts.join(" ");
}

// objects makes of a table a list of objects, keyed by its columns.
export function objects(table) {
  if (!table) return [];
  return (table.rows ?? []).map((row) => Object.fromEntries(table.columns.map((c, i) => [c.name, row[i] ?? null])));
}

// settled leaves out of the audit what was asked for where what became of it stands there, too:
// within a moment either may come first. The latest is first then.
export function settled(list) {
  const ends = new Map(), key = (e) => JSON.stringify([e.who, e.from, e.command]);
  for (const e of list) if (e.outcome !== "asked for") ends.set(key(e), (ends.get(key(e)) ?? 0) + 1);
  return list.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).filter((e) => {
    const n = ends.get(key(e)) ?? 0;
    if (e.outcome !== "asked for" || n === 0) return true;
    ends.set(key(e), n - 1);
    return false;
  });
}
