// Buffers that are filled anew for each frame, in place: what a graphics card draws many of.
import { DynamicDrawUsage, InstancedBufferGeometry, InstancedInterleavedBuffer, InterleavedBufferAttribute } from "../vendor/three/three.module.min.js";

// Batch is one geometry drawn so many times, each with some numbers of its own. layout has
// the names of these and how many numbers each is: {place: 4, turn: 4}.
export class Batch {
  #range = { start: 0, count: 0 };
  count = 0;

  constructor(base, layout, room) {
    this.base = base;
    this.layout = layout;
    this.stride = Object.values(layout).reduce((sum, n) => sum + n, 0);
    this.geometry = new InstancedBufferGeometry();
    for (const [name, attribute] of Object.entries(base.attributes)) this.geometry.setAttribute(name, attribute);
    if (base.index) this.geometry.setIndex(base.index);
    this.#allot(room);
  }

  #allot(room) {
    const before = this.data;
    this.room = room;
    this.data = new Float32Array(room * this.stride);
    if (before) this.data.set(before);
    this.buffer = new InstancedInterleavedBuffer(this.data, this.stride, 1).setUsage(DynamicDrawUsage);
    let at = 0;
    for (const [name, size] of Object.entries(this.layout)) {
      this.geometry.setAttribute(name, new InterleavedBufferAttribute(this.buffer, size, at));
      at += size;
    }
    this.onroom?.(this);
  }

  begin() {
    this.count = 0;
  }

  // next is where in data the numbers of one more go; -1 where there are as many as may be.
  next(most = Infinity) {
    if (this.count >= most) return -1;
    if (this.count === this.room) this.#allot(this.room * 2);
    return this.count++ * this.stride;
  }

  // end hands what was filled in to the graphics card.
  end() {
    this.geometry.instanceCount = this.count;
    if (this.count === 0) return;
    const { buffer } = this;
    this.#range.count = this.count * this.stride;
    if (buffer.updateRanges.length === 0) buffer.updateRanges.push(this.#range);
    buffer.needsUpdate = true;
  }

  dispose() {
    this.geometry.dispose();
  }
}
