// The stream from the node: keeps the pieces of the picture, the node's clock, and knows when it has fallen silent.

const SILENT_MS = 1500;
const CORE_SILENT_MS = 5000;
const RETRY_MS = 500;
const RENEW_MS = 4000;
const STALL_MS = 400;
const SPARED_MS = 250;
const SPARED_AGAIN_MS = 5000;
const LONGEST_GUESS_MS = 1500;

export class Link {
  constructor(address, onChange) {
    this.address = address;
    this.onChange = onChange;
    this.onRefused = async () => {};
    this.pieces = new Map();
    this.heard = null;
    this.clock = null;
    this.source = null;
    this.armed = false;
    this.again = null;
    this.looked = performance.now();
    this.sparedUntil = -SPARED_AGAIN_MS;
    this.open();
  }

  // From now on the node knows that a person is on shift here.
  arm() {
    this.armed = true;
    this.open();
  }

  // The page tries by itself, at one pace and for as long as it takes: a browser gives up on some breaks, waits longer and longer on others,
  // and does not notice at all when the other end is gone without a word.
  open() {
    clearTimeout(this.again);
    this.source?.close();
    const source = new EventSource(this.armed ? `${this.address}?armed=1` : this.address);
    this.source = source;
    this.openedAt = performance.now();
    source.onmessage = (message) => this.take(JSON.parse(message.data));
    source.onerror = () => {
      source.close();
      this.again = setTimeout(() => this.retry(source), RETRY_MS);
    };
  }

  // A refused stream may mean that the session is over: who we are is asked first.
  async retry(source) {
    await this.onRefused();
    if (this.source === source) this.open();
  }

  // Called often: a stream that has given nothing for long is begun anew.
  watch() {
    const now = performance.now(), late = now - this.looked > STALL_MS;
    this.looked = now;
    // The page itself stood still: what came meanwhile waits to be read before anybody is called silent. Not again and again.
    if (late && now > this.sparedUntil + SPARED_AGAIN_MS) this.sparedUntil = now + SPARED_MS;
    if (now - Math.max(this.heard ?? 0, this.openedAt) > RENEW_MS && this.source.readyState !== EventSource.CLOSED) this.open();
  }

  take(message) {
    this.heard = performance.now();
    if (message.whole) this.pieces.clear();
    const changed = new Set([...Object.keys(message.set), ...message.gone]);
    for (const name of message.gone) this.pieces.delete(name);
    for (const [name, piece] of Object.entries(message.set)) this.pieces.set(name, piece);
    if (message.set.clock) {
      const { exercise, link, core_link: core, speed, paused } = message.set.clock;
      this.clock = { exercise: Date.parse(exercise), link: Date.parse(link), core: Date.parse(core), speed, paused };
    }
    this.onChange(changed, message.whole);
  }

  // up, lost, or core_silent: the page's server lives, but the node's core has given nothing for seconds.
  state() {
    if (this.heard === null) return "connecting";
    if (this.silentMs() > SILENT_MS && performance.now() > this.sparedUntil) return "lost";
    return this.clock && this.clock.link - this.clock.core > CORE_SILENT_MS ? "core_silent" : "up";
  }

  silentMs() {
    return this.heard === null ? 0 : performance.now() - this.heard;
  }

  // Age of what the page shows, in seconds.
  ageS() {
    if (!this.clock) return null;
    return (this.silentMs() + Math.max(0, this.clock.link - this.clock.core)) / 1000;
  }

  // Between messages the clock runs on by itself, but never far: without the node there is no time.
  exerciseMs() {
    if (!this.clock) return NaN;
    const passed = Math.min(this.silentMs(), LONGEST_GUESS_MS);
    return this.clock.exercise + (this.clock.paused ? 0 : passed * this.clock.speed);
  }

  linkMs() {
    return this.clock ? this.clock.link + Math.min(this.silentMs(), LONGEST_GUESS_MS) : NaN;
  }

  under(prefix) {
    const found = [];
    for (const [name, piece] of this.pieces) if (name.startsWith(prefix)) found.push(piece);
    return found;
  }
}
