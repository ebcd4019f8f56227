// What the page says in a toast of things that happen to the shard: {kind, id, title,
// text}. A notice takes the place of the last one with its id.

import { t } from "./words.js";

// queueNotice tells somebody who waits for a seat in a full system how they stand.
export function queueNotice({ place, of, system, seconds }) {
  if (place === null || place === undefined) {
    return { kind: "info", id: "queue", title: t("notice.seat_gone", { system }), text: t("notice.queue_again") };
  }
  if (place === 0) {
    const text = seconds > 0 ? t("notice.seat_kept", { seconds: Math.round(seconds) }) : t("notice.your_turn");
    return { kind: "good", id: "queue", title: t("notice.room", { system }), text };
  }
  return { kind: "info", id: "queue", title: t("notice.full", { system }), text: t("notice.queued", { place, of }) };
}

// reloadNotice says what a reload did. files is a list of names; the message of a
// refusal starts with file and line; warnings are what the change warns of, and broken
// the files that are refused still. What is held waits for somebody, as the message says.
export function reloadNotice({ ok, release, files, message, warnings, broken, restored, held }) {
  if (held) {
    const text = [message || few(files), ...words(warnings).map(warning)].join("\n");
    return { kind: "announce", id: "reload", title: t("notice.held"), text };
  }
  if (!ok) {
    return { kind: "bad", id: "reload", title: t("notice.refused"), text: message || few(files) || t("notice.no_reason") };
  }
  const kept = words(warnings).map(warning);
  const still = words(broken).length ? [t("notice.still", { files: few(broken) })] : [];
  const known = release !== undefined && release !== null;
  const title = restored ? t("notice.restored") : known ? t("notice.release", { release }) : t("notice.reloaded");
  const text = [restored ? "" : few(files) || message || "", ...kept, ...still].filter(Boolean).join("\n");
  return { kind: kept.length || still.length ? "announce" : "good", id: "reload", title, text };
}

const words = (list) => (Array.isArray(list) ? list.map(String) : list ? [String(list)] : []);

function few(files) {
  const names = words(files);
  return names.length > 3 ? t("notice.more", { names: names.slice(0, 3).join(", "), count: names.length - 3 }) : names.join(", ");
}

// testsNotice says what came of the tests of what was saved. left are the files for
// which there was no time.
export function testsNotice({ ok, passed, failed, failures, left }) {
  const all = (passed ?? 0) + (failed ?? 0);
  const late = words(left).length ? [t("notice.no_time", { files: few(left) })] : [];
  if (ok) return { kind: "good", id: "tests", title: t("notice.tests_pass", { n: all }), text: "" };
  const title = failed ? t("notice.tests_fail", { failed, n: all }) : t("notice.tests_left");
  return { kind: "bad", id: "tests", title, text: [...words(failures), ...late].join("\n") };
}

// warning puts those that designers meet most into words; the others come as they are.
function warning(text) {
  const [, name, live, fresh] = text.match(/^W-STATE-KEPT (\S+) \(live=(.*) base=.* new=(.*)\)$/s) ?? [];
  if (name) return t("notice.kept", { name, live, fresh });
  const [, place, found] = text.match(/^W-CHECK (.+?) \((.*)\)$/s) ?? [];
  return place ? `${place}: ${found}` : text;
}
