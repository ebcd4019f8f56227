// Time as a replay has it: it goes by faster or slower than the reader's, or stands
// still, and the day it is of is long past. A page that plays has the plain one.

export class Pace {
  #at = 0; // seconds that have gone by
  #since = 0; // seconds of the reader's, when #at was right
  #rate = 1;
  #date = null; // {ms since 1970, seconds that had gone by then}

  // now is how many seconds have gone by at a time of the reader's.
  now(real) {
    return this.#at + (real - this.#since) * this.#rate;
  }

  // go lets time go by at another rate from now on; 0 is to stand still.
  go(rate, real) {
    this.#at = this.now(real);
    this.#since = real;
    this.#rate = rate;
  }

  // dated says which day and time it is, in ms since 1970.
  dated(ms, real) {
    this.#date = { ms, at: this.now(real) };
  }

  // date is the day and time, the reader's own where nothing else was said.
  date(real) {
    return this.#date ? this.#date.ms + (this.now(real) - this.#date.at) * 1000 : Date.now();
  }
}
