// Which tick of the system to draw now. The server's ticks arrive with a delay
// that varies; the clock runs evenly at the system's rate and is pulled towards
// the arrivals, a little behind them, so that most changes are there in time.

const PULL = 0.08; // share of the measured error that one arrival corrects
const JUMP = 8; // ticks of error that are not corrected but jumped over
const BEHIND = 1.2; // ticks drawn behind the arrivals

export class TickClock {
  #tick = 0;
  #since = 0; // seconds, when #tick was right
  #running = false;

  constructor() {
    this.hz = 10;
    this.dilation = 1;
  }

  // rate is how many ticks pass in a second of the player's time.
  get rate() {
    return this.hz * this.dilation;
  }

  // step is the length of one tick in game seconds.
  get step() {
    return 1 / this.hz;
  }

  // reset starts over at a tick, as a snapshot asks for.
  reset(tick, now, hz = this.hz, dilation = this.dilation) {
    this.#tick = tick - BEHIND;
    this.#since = now;
    this.#running = true;
    this.hz = hz > 0 ? hz : 10;
    this.dilation = dilation > 0 ? dilation : 1;
  }

  // stand says that a tick is to be drawn as it is, and not a little behind.
  stand(tick, now) {
    this.#tick = tick;
    this.#since = now;
    this.#running = true;
  }

  // dilate changes the rate from now on without a jump.
  dilate(factor, now) {
    this.#tick = this.at(now);
    this.#since = now;
    this.dilation = factor > 0 ? factor : 1;
  }

  // arrived says that the news of a tick came in now.
  arrived(tick, now) {
    if (!this.#running) return this.reset(tick, now);
    const error = tick - BEHIND - this.at(now);
    this.#tick = this.at(now) + (Math.abs(error) > JUMP ? error : error * PULL);
    this.#since = now;
  }

  // at returns the tick to draw, with its fraction.
  at(now) {
    return this.#tick + (now - this.#since) * this.rate;
  }
}
