// A cube of chances in a texture: what skies, worlds and stars are painted with.
import { Data3DTexture, DataUtils, HalfFloatType, LinearFilter, RGBAFormat, RepeatWrapping } from "../vendor/three/three.module.min.js";
import { random } from "../seed.js";

const SIDE = 32;

let made = null;

// chances is the cube, the same for all.
export function chances() {
  if (made) return made;
  const next = random(32), data = new Uint16Array(SIDE ** 3 * 4);
  for (let i = 0; i < data.length; i++) data[i] = DataUtils.toHalfFloat(next());
  made = new Data3DTexture(data, SIDE, SIDE, SIDE);
  Object.assign(made, { format: RGBAFormat, type: HalfFloatType, wrapS: RepeatWrapping, wrapT: RepeatWrapping, wrapR: RepeatWrapping, minFilter: LinearFilter, magFilter: LinearFilter, needsUpdate: true });
  return made;
}

// origin is where in the cube something of a seed begins.
export function origin(seed) {
  const next = random(seed);
  return [next() * SIDE, next() * SIDE, next() * SIDE];
}
