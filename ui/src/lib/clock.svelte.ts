import type { Millis } from "../bindings";

/** What "today" and "yesterday" are counted from; moves once a minute, and only while someone looks. */
class Clock {
  now = $state(Date.now());

  /** The time at this moment: what is sent goes by no older one, and what is shown says the same. */
  look = (): Millis => (this.now = Date.now());

  run = (): (() => void) => {
    const tick = () => {
      if (!document.hidden) this.look();
    };
    tick();
    const timer = setInterval(tick, 60_000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  };
}

export const clock = new Clock();
