// The page's sounds, made by WebAudio alone: tones and noise with a shape. No file is loaded.
const NOISE = 1.5; // seconds of noise that all sounds of it share

// What each sound is made of: tones {type, from, to (Hz), time (s)} and noise {from, to (Hz of the
// filter), time}, each after so many seconds.
const RECIPES = {
  click: [{ type: "sine", from: 1_150, to: 980, time: 0.035 }],
  refused: [{ type: "square", from: 190, to: 130, time: 0.16, level: 0.5 }],
  notice: [{ type: "sine", from: 660, to: 660, time: 0.09 }, { type: "sine", from: 880, to: 880, time: 0.14, after: 0.09 }],
  locking: [{ type: "triangle", from: 520, to: 780, time: 0.22 }],
  locked: [{ type: "triangle", from: 980, to: 980, time: 0.07 }, { type: "triangle", from: 1_310, to: 1_310, time: 0.12, after: 0.08 }],
  gun: [{ noise: true, from: 2_600, to: 500, time: 0.13 }, { type: "sawtooth", from: 240, to: 60, time: 0.1, level: 0.5 }],
  launch: [{ noise: true, from: 300, to: 2_800, time: 0.55, level: 0.7 }],
  mine: [{ type: "sawtooth", from: 92, to: 96, time: 0.5, level: 0.35 }, { noise: true, from: 900, to: 700, time: 0.45, level: 0.3 }],
  shield: [{ type: "sine", from: 1_500, to: 420, time: 0.3, level: 0.6 }, { noise: true, from: 4_500, to: 2_000, time: 0.16, level: 0.4 }],
  hull: [{ noise: true, from: 700, to: 90, time: 0.45 }, { type: "triangle", from: 110, to: 48, time: 0.4 }],
  blast: [{ noise: true, from: 1_400, to: 60, time: 1.3 }, { type: "sine", from: 90, to: 28, time: 1.1 }],
  alarm: [{ type: "square", from: 620, to: 620, time: 0.16, level: 0.4 }, { type: "square", from: 470, to: 470, time: 0.2, level: 0.4, after: 0.2 }],
  aimed: [{ type: "square", from: 860, to: 860, time: 0.06, level: 0.4 }, { type: "square", from: 860, to: 860, time: 0.06, level: 0.4, after: 0.11 }],
  warp: [{ noise: true, from: 160, to: 3_800, time: 1.8, level: 0.6 }, { type: "sine", from: 60, to: 340, time: 1.7 }],
  landed: [{ noise: true, from: 3_000, to: 140, time: 0.9, level: 0.6 }, { type: "sine", from: 300, to: 50, time: 0.8 }],
  dock: [{ type: "sine", from: 220, to: 165, time: 0.5 }, { noise: true, from: 500, to: 200, time: 0.35, level: 0.4, after: 0.25 }],
  jump: [{ type: "sine", from: 120, to: 1_900, time: 0.9, level: 0.6 }, { noise: true, from: 3_600, to: 300, time: 1.1, after: 0.5, level: 0.6 }],
  loss: [{ noise: true, from: 1_800, to: 40, time: 2.2 }, { type: "sawtooth", from: 130, to: 24, time: 2.2, level: 0.6 }],
};

export class Synth {
  // context is a running AudioContext.
  constructor(context) {
    this.context = context;
    this.out = context.createGain();
    const bound = context.createDynamicsCompressor(); // many at once are no louder than a few
    this.out.connect(bound).connect(context.destination);
    this.noise = noise(context);
    this.#hum();
  }

  loud(volume) {
    this.out.gain.setTargetAtTime(volume * volume, this.context.currentTime, 0.03);
  }

  // play makes a sound and says how many seconds it lasts.
  play(name, gain, pan) {
    const { context } = this, at = context.currentTime + 0.005;
    const side = context.createStereoPanner();
    side.pan.value = pan;
    side.connect(this.out);
    let lasts = 0, last = null;
    for (const part of RECIPES[name]) {
      const end = (part.after ?? 0) + part.time;
      const source = this.#part(part, gain, at, side);
      if (end >= lasts) [lasts, last] = [end, source];
    }
    last.onended = () => side.disconnect();
    return lasts;
  }

  #part({ type, noise: rough, from, to, time, level = 1, after = 0 }, gain, start, side) {
    const { context } = this, at = start + after, shape = context.createGain();
    shape.gain.setValueAtTime(0.0001, at);
    shape.gain.exponentialRampToValueAtTime(Math.max(0.0002, gain * level), at + Math.min(0.02, time / 4));
    shape.gain.exponentialRampToValueAtTime(0.0001, at + time);
    shape.connect(side);
    const source = rough ? context.createBufferSource() : context.createOscillator();
    const pitch = rough ? this.#filter(shape, source) : source.frequency;
    if (!rough) {
      source.type = type;
      source.connect(shape);
    }
    pitch.setValueAtTime(from, at);
    pitch.exponentialRampToValueAtTime(to, at + time);
    source.start(at);
    source.stop(at + time);
    return source;
  }

  #filter(shape, source) {
    const filter = this.context.createBiquadFilter();
    filter.type = "bandpass";
    filter.Q.value = 0.8;
    source.buffer = this.noise;
    source.loop = true;
    source.connect(filter).connect(shape);
    return filter.frequency;
  }

  // hum is the engine: one low tone and a little noise for as long as the page is there.
  #hum() {
    const { context } = this;
    this.engineGain = context.createGain();
    this.engineGain.gain.value = 0;
    this.engineGain.connect(this.out);
    this.tone = context.createOscillator();
    this.tone.type = "sawtooth";
    this.tone.frequency.value = 40;
    this.dull = context.createBiquadFilter();
    this.dull.type = "lowpass";
    this.dull.frequency.value = 120;
    this.tone.connect(this.dull).connect(this.engineGain);
    this.tone.start();
  }

  // engine follows the ship, from 0 to 1.
  engine(power, warp) {
    const at = this.context.currentTime;
    this.engineGain.gain.setTargetAtTime(warp ? 0.22 : power * 0.12, at, 0.4);
    this.tone.frequency.setTargetAtTime(warp ? 74 : 38 + power * 22, at, 0.4);
    this.dull.frequency.setTargetAtTime(warp ? 420 : 110 + power * 160, at, 0.4);
  }
}

function noise(context) {
  const buffer = context.createBuffer(1, Math.ceil(NOISE * context.sampleRate), context.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i++) samples[i] = Math.random() * 2 - 1;
  return buffer;
}

export const NAMES = Object.keys(RECIPES);
