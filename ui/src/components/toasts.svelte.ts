/** A tick stands only beside what is done. */
export type ToastKind = "done" | "begun" | "not_done";
export type Toast = { id: number; text: string; action: { label: string; run: () => void } | null; kind: ToastKind };

const STAYS_MS = 6000;
/** The one polite region speaks at most this often; what comes sooner waits, and only the latest is said. */
const SPEAKS_EVERY_MS = 5000;
const AT_MOST = 3;

/** Short words about what happened, and what is said to those who listen. What needs somebody never comes here: it stays where it happened. */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  /** What the polite region says now. */
  said = $state("");

  /** Bars float where they would stand: they stand above. */
  raised = $state(0);

  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #spokeAt = -Infinity;
  #waiting: string | null = null;

  show = (text: string, action: Toast["action"] = null, kind: ToastKind = "done") => {
    const toast = { id: this.#next++, text, action, kind };
    this.list = [...this.list, toast].slice(-AT_MOST);
    this.#timers.set(toast.id, setTimeout(this.close, STAYS_MS, toast.id));
    this.announce(text);
  };

  close = (id: number) => {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  };

  /** A bar floats where they would stand, until the returned function is called. */
  stepAside = (): (() => void) => {
    this.raised += 1;
    return () => void (this.raised -= 1);
  };

  /** The pointer or the focus is on them: they stay. */
  hold = () => {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  };

  release = () => {
    for (const { id } of this.list) this.#timers.set(id, setTimeout(this.close, STAYS_MS, id));
  };

  announce = (text: string) => {
    const sinceLast = performance.now() - this.#spokeAt;
    if (this.#waiting === null && sinceLast < SPEAKS_EVERY_MS && text !== this.said) setTimeout(this.#speak, SPEAKS_EVERY_MS - sinceLast);
    if (sinceLast < SPEAKS_EVERY_MS) {
      if (text !== this.said || this.#waiting !== null) this.#waiting = text;
      return;
    }
    this.#waiting = text;
    this.#speak();
  };

  #speak = () => {
    if (this.#waiting === null) return;
    this.said = this.#waiting;
    this.#waiting = null;
    this.#spokeAt = performance.now();
  };
}
