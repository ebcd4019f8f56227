// What the page says in a toast of things that happen to the shard: {kind, id, title,
// text}. A notice takes the place of the last one with its id.

// queueNotice tells somebody who waits for a seat in a full system how they stand.
export function queueNotice({ place, of, system, seconds }) {
  if (place === null || place === undefined) {
    return { kind: "info", id: "queue", title: `The seat in ${system} went to somebody else`, text: "Jump again to queue." };
  }
  if (place === 0) {
    const text = seconds > 0 ? `A seat is kept for you for ${Math.round(seconds)} seconds: jump now.` : "It is your turn.";
    return { kind: "good", id: "queue", title: `There is room in ${system}`, text };
  }
  return { kind: "info", id: "queue", title: `${system} is full`, text: `You are number ${place} of ${of} in the queue.` };
}

// reloadNotice says what a reload did. files is a list of names; the message of a
// refusal starts with file and line; warnings are what the change warns of, and broken
// the files that are refused still. What is held waits for somebody, as the message says.
export function reloadNotice({ ok, release, files, message, warnings, broken, restored, held }) {
  if (held) {
    const text = [message || few(files), ...words(warnings).map(warning)].join("\n");
    return { kind: "announce", id: "reload", title: "Saved, and held: the old code runs on", text };
  }
  if (!ok) {
    return { kind: "bad", id: "reload", title: "Code refused, the old code runs on", text: message || few(files) || "No reason was given." };
  }
  const kept = words(warnings).map(warning);
  const still = words(broken).length ? [`Still refused: ${few(broken)}.`] : [];
  const known = release !== undefined && release !== null;
  const title = restored ? "The refused file is restored" : known ? `Code reloaded, release ${release}` : "Code reloaded";
  const text = [restored ? "" : few(files) || message || "", ...kept, ...still].filter(Boolean).join("\n");
  return { kind: kept.length || still.length ? "announce" : "good", id: "reload", title, text };
}

const words = (list) => (Array.isArray(list) ? list.map(String) : list ? [String(list)] : []);

function few(files) {
  const names = words(files);
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

// testsNotice says what came of the tests of what was saved. left are the files for
// which there was no time.
export function testsNotice({ ok, passed, failed, failures, left }) {
  const all = (passed ?? 0) + (failed ?? 0);
  const late = words(left).length ? [`No time for ${few(left)}.`] : [];
  if (ok) return { kind: "good", id: "tests", title: `${all} ${all === 1 ? "test passes" : "tests pass"}`, text: "" };
  const title = failed ? `${failed} of ${all} ${all === 1 ? "test fails" : "tests fail"}` : "Not all tests were run";
  return { kind: "bad", id: "tests", title, text: [...words(failures), ...late].join("\n") };
}

// warning puts those that designers meet most into words; the others come as they are.
function warning(text) {
  const [, name, live, fresh] = text.match(/^W-STATE-KEPT (\S+) \(live=(.*) base=.* new=(.*)\)$/s) ?? [];
  if (name) return `${name} keeps its live value ${live}; the file says ${fresh}.`;
  const [, place, found] = text.match(/^W-CHECK (.+?) \((.*)\)$/s) ?? [];
  return place ? `${place}: ${found}` : text;
}
