// What can be seen of the place itself: the star, planets and moons that are
// near enough to be more than a point, gates and stations, the range rings and
// the dust that shows one's own speed.
import { GATE, STATION, drawTurned } from "./hulls.js";
import { random } from "../seed.js";

const out = {};

// planetTint gives a planet or moon a colour of its own, from its id.
function planetTint(id) {
  const next = random(id);
  const hue = [28, 36, 48, 95, 160, 195, 205, 18][Math.floor(next() * 8)];
  return { hue, saturation: 12 + next() * 18, light: 34 + next() * 16 };
}

// lightAt writes the unit vector from a place to the star at the origin.
export function lightAt(x, y, z) {
  const length = Math.hypot(x, y, z) || 1;
  return [-x / length, -y / length, -z / length];
}

// drawStar paints the glow of the star; it is never smaller than a bright point.
export function drawStar(ctx, camera, star) {
  if (!camera.project(star.px, star.py, star.pz, out)) return;
  // A camera inside the star (there is nothing else to look at) sees no disc.
  if (Math.hypot(star.px - camera.x, star.py - camera.y, star.pz - camera.z) < star.radius * 1.5) return;
  const disc = Math.min(star.radius * out.scale, 4_000);
  const glow = Math.max(70, disc * 3.2);
  if (out.x < -glow || out.y < -glow || out.x > camera.width + glow || out.y > camera.height + glow) return;
  const { x, y } = out;
  const shade = ctx.createRadialGradient(x, y, 0, x, y, glow);
  const edge = Math.min(0.9, Math.max(0.02, disc / glow));
  shade.addColorStop(0, "rgba(255,250,232,1)");
  shade.addColorStop(edge, "rgba(255,240,200,0.9)");
  shade.addColorStop(Math.min(0.95, edge + 0.1), "rgba(250,205,130,0.22)");
  shade.addColorStop(1, "rgba(250,190,110,0)");
  ctx.fillStyle = shade;
  ctx.fillRect(x - glow, y - glow, glow * 2, glow * 2);
}

// drawGlobe paints a planet or moon as a lit ball and says whether it was large
// enough to be one.
export function drawGlobe(ctx, camera, globe) {
  if (!camera.project(globe.px, globe.py, globe.pz, out)) return false;
  const r = globe.radius * out.scale;
  if (r < 2.5) return false;
  const { x, y } = out;
  if (x + r < 0 || y + r < 0 || x - r > camera.width || y - r > camera.height) return true;
  const light = lightAt(globe.px, globe.py, globe.pz);
  const lx = light[0] * camera.rx + light[2] * camera.rz;
  const ly = light[0] * camera.ux + light[1] * camera.uy + light[2] * camera.uz;
  const lz = light[0] * camera.fx + light[1] * camera.fy + light[2] * camera.fz;
  const { hue, saturation, light: bright } = planetTint(globe.id);
  // The lit spot slides off the disc when the star stands behind the ball.
  const shift = lz > 0 ? 1 + lz * 0.8 : 0.75;
  const shade = ctx.createRadialGradient(x + lx * r * shift, y - ly * r * shift, r * 0.05, x + lx * r * 0.45, y - ly * r * 0.45, r * 1.5);
  shade.addColorStop(0, `hsl(${hue} ${saturation}% ${bright + 16}%)`);
  shade.addColorStop(0.35, `hsl(${hue} ${saturation}% ${bright * 0.62}%)`);
  shade.addColorStop(0.8, `hsl(${hue} ${saturation}% 7%)`);
  shade.addColorStop(1, `hsl(${hue} ${saturation}% 4%)`);
  ctx.fillStyle = shade;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, Math.PI * 2);
  ctx.fill();
  ctx.strokeStyle = `hsl(${hue} ${saturation}% ${bright}% / 0.35)`;
  ctx.lineWidth = 1;
  ctx.stroke();
  return true;
}

// drawStructure paints a gate or station that is large enough to have a shape.
export function drawStructure(ctx, camera, thing) {
  const away = Math.hypot(thing.px - camera.x, thing.py - camera.y, thing.pz - camera.z);
  if ((thing.radius * camera.focal) / Math.max(away, thing.radius) < 7) return;
  const light = lightAt(thing.px, thing.py, thing.pz);
  if (thing.kind === "gate") drawTurned(ctx, camera, thing, GATE, light, [195, 176, 138]);
  else drawTurned(ctx, camera, thing, STATION, light, [216, 210, 192]);
}

const RINGS = [10_000, 50_000, 100_000];
const SEGMENTS = 72;

// drawRanges paints circles of 10, 50 and 100 km around a place, in its plane.
export function drawRanges(ctx, camera, place) {
  ctx.lineWidth = 1;
  ctx.font = "10px " + FONT;
  ctx.textAlign = "center";
  let written = Infinity;
  for (const radius of RINGS) {
    ctx.strokeStyle = "rgba(170,190,180,0.13)";
    ctx.beginPath();
    let open = false;
    for (let i = 0; i <= SEGMENTS; i++) {
      const a = (i / SEGMENTS) * Math.PI * 2;
      const seen = camera.project(place.px + Math.cos(a) * radius, place.py, place.pz + Math.sin(a) * radius, out);
      if (seen && open) ctx.lineTo(out.x, out.y);
      else if (seen) ctx.moveTo(out.x, out.y);
      open = seen;
    }
    ctx.stroke();
    // The figure stands where the ring is farthest ahead, flat on the plane.
    const ahead = Math.hypot(camera.fx, camera.fz) || 1;
    const seen = camera.project(place.px + (camera.fx / ahead) * radius, place.py, place.pz + (camera.fz / ahead) * radius, out);
    if (seen && Math.abs(out.y - written) > 13) {
      written = out.y;
      ctx.fillStyle = "rgba(170,190,180,0.4)";
      ctx.fillText(`${radius / 1000} km`, out.x, out.y - 4);
    }
  }
  ctx.textAlign = "left";
}

export const FONT = '"Barlow Semi Condensed", "Roboto Condensed", "Arial Narrow", sans-serif';

const GRAINS = 70;
const BOX = 900; // metres of the cube in which the dust repeats

// Dust is a handful of grains that stand still in space while the ship flies by;
// the faster it goes the longer they smear. In warp they become streaks of a
// bounded length.
export class Dust {
  #grains = new Float64Array(GRAINS * 3);
  #shift = [0, 0, 0];

  constructor() {
    const next = random(77);
    for (let i = 0; i < this.#grains.length; i++) this.#grains[i] = next() * BOX;
  }

  draw(ctx, camera, ship, seconds) {
    const speed = ship.velocity;
    if (speed < 5) return;
    const shown = Math.min(speed, 2_500); // metres per second that the eye can follow
    const k = shown / speed;
    const v = ship.vel.map((c) => c * k);
    const smear = Math.min(0.12, 0.02 + shown / 40_000);
    const from = { ...out }, scale = Math.max(1, camera.range / 1_500);
    ctx.strokeStyle = `rgba(205,215,205,${Math.min(0.38, 0.1 + shown / 6_000)})`;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (let axis = 0; axis < 3; axis++) this.#shift[axis] = (this.#shift[axis] + v[axis] * seconds) % BOX;
    for (let i = 0; i < GRAINS; i++) {
      const at = [0, 1, 2].map((axis) => (wrap(this.#grains[i * 3 + axis] - this.#shift[axis]) - BOX / 2) * scale);
      if (!camera.project(ship.px + at[0], ship.py + at[1], ship.pz + at[2], from)) continue;
      const tail = smear * scale;
      if (!camera.project(ship.px + at[0] + v[0] * tail, ship.py + at[1] + v[1] * tail, ship.pz + at[2] + v[2] * tail, out)) continue;
      ctx.moveTo(from.x, from.y);
      ctx.lineTo(out.x, out.y);
    }
    ctx.stroke();
  }
}

function wrap(value) {
  return ((value % BOX) + BOX) % BOX;
}
