import { commands, events, type Asked, type Background as Now, type CommandError, type WatchId } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";

type Surroundings = {
  /** A notification of the queue was clicked. */
  uploads: () => void;
  /** A notification of a watched folder was clicked. */
  watch: (id: WatchId) => void;
};

/** What goes on without the window, and what is asked of the page from outside it. */
export class Background {
  /** The desktop around Pinfold; null until it has told. */
  now = $state.raw<Now | null>(null);
  /** What stops if Pinfold quits now; the question is on the screen. */
  quitting = $state.raw<string | null>(null);
  /** Starting at login is being changed. */
  busy = $state(false);
  /** Why starting at login could not be read or changed. */
  problem = $state.raw<CommandError | null>(null);

  #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  listen = async (): Promise<() => void> => {
    const stopping = await Promise.all([
      events.asked.listen(({ payload }) => this.follow(payload)),
      hearChanges("setting", () => void this.refresh()),
    ]);
    return () => stopping.forEach((stop) => stop());
  };

  follow(asked: Asked) {
    if (asked.kind === "quit") this.quitting = asked.sentence;
    else if (asked.kind === "uploads") this.#around.uploads();
    else this.#around.watch(asked.id);
  }

  refresh = () => this.#ask(commands.backgroundNow);

  /** What the autostart folder says afterwards is what is shown, also when it could not be changed. */
  startAtLogin = async (on: boolean) => {
    if (this.busy) return;
    this.busy = true;
    await this.#ask(() => commands.backgroundStartAtLogin(on));
    this.busy = false;
  };

  quit = async () => {
    try {
      await commands.backgroundQuit();
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  keepOpen = () => {
    this.quitting = null;
    void commands.backgroundKeepOpen().catch(() => null);
  };

  async #ask(ask: () => Promise<Now>) {
    try {
      this.now = await ask();
      this.problem = null;
    } catch (error) {
      this.problem = asCommandError(error);
    }
  }
}
