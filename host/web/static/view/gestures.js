// Mouse, pen and fingers on a canvas, as the few things that the views want:
// drag, zoom, tap, double tap, hover. Pointer events do the work for all three.

const SLOP = 6; // pixels a tap may wander
const DOUBLE = 320; // milliseconds between the taps of a double tap
const HOLD = 550; // milliseconds that a finger rests until it asks for a menu

// gestures calls the handlers {drag(dx, dy, x, y), zoom(factor, x, y), tap(x, y, touch),
// doubleTap(x, y, touch), hold(x, y), hover(x, y), leave()}; all may be left out. hold is a finger
// that rests.
export function gestures(canvas, handlers) {
  const down = new Map();
  let moved = 0, lastTap = null, pinched = false, held = false, resting = 0;

  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 && event.pointerType === "mouse") return;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    if (down.size === 1) [moved, pinched] = [0, false];
    else pinched = true;
    held = false;
    clearTimeout(resting);
    if (handlers.hold && event.pointerType !== "mouse" && down.size === 1) resting = setTimeout(() => rest(event.pointerId), HOLD);
  });

  const rest = (id) => {
    if (moved > SLOP || pinched || !down.has(id)) return;
    held = true;
    handlers.hold(...down.get(id));
  };

  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    const [x, y] = at(event);
    if (!before) {
      if (event.pointerType === "mouse") handlers.hover?.(x, y);
      return;
    }
    const spread = down.size === 2 ? gap(down) : 0;
    const [dx, dy] = [x - before[0], y - before[1]];
    down.set(event.pointerId, [x, y]);
    if (down.size === 2 && spread > 0) {
      const [cx, cy] = middle(down);
      handlers.zoom?.(spread / Math.max(1, gap(down)), cx, cy);
      return;
    }
    moved += Math.hypot(dx, dy);
    if (moved > SLOP && !pinched) handlers.drag?.(dx, dy, x, y);
  });

  const up = (event) => {
    clearTimeout(resting);
    if (!down.delete(event.pointerId) || event.type === "pointercancel" || down.size || held) return;
    if (moved > SLOP || pinched) {
      handlers.drop?.();
      return;
    }
    const [x, y] = at(event);
    const touch = event.pointerType !== "mouse";
    const double = lastTap && event.timeStamp - lastTap.time < DOUBLE && Math.hypot(x - lastTap.x, y - lastTap.y) < 24;
    lastTap = double ? null : { x, y, time: event.timeStamp };
    if (double) handlers.doubleTap?.(x, y, touch);
    else handlers.tap?.(x, y, touch);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => handlers.leave?.());

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    // A wheel may count in pixels, lines or pages.
    const pixels = event.deltaY * [1, 30, 300][event.deltaMode];
    handlers.zoom?.(Math.exp(Math.max(-200, Math.min(200, pixels)) * 0.0022), ...at(event));
  }, { passive: false });
}

function gap(down) {
  const [a, b] = [...down.values()];
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

function middle(down) {
  const [a, b] = [...down.values()];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}
