/** What "today" and "yesterday" are counted from; moves once a minute, and only while someone looks. */
class Clock {
  now = $state(Date.now());

  run = (): (() => void) => {
    const tick = () => {
      if (!document.hidden) this.now = Date.now();
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
