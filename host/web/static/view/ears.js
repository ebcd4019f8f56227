// What is heard, from the first key or click on, and from where it comes.

// listen lets sound wake at the first gesture, and every button be heard.
export function listen(sound) {
  const gestures = ["pointerdown", "keydown"];
  const wake = () => {
    for (const what of gestures) removeEventListener(what, wake, true);
    if (!globalThis.AudioContext) return;
    const context = new AudioContext();
    import("./synth.js").then(({ Synth }) => {
      context.resume();
      sound.wake(new Synth(context));
    });
  };
  for (const what of gestures) addEventListener(what, wake, { capture: true });
  document.addEventListener("click", (event) => event.target.closest("button") && sound.say("click"));
}

// earOf says of things in space how far they are from the ship, and on which side of the screen.
export function earOf(game, { camera }) {
  return (thing) => {
    const x = thing.px - camera.x, y = thing.py - camera.y, z = thing.pz - camera.z;
    const far = Math.hypot(x, y, z) || 1, side = camera.rx * x + camera.rz * z;
    return { far: game.distance(thing) ?? far, pan: Math.max(-1, Math.min(1, side / far)) };
  };
}
