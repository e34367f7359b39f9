import { commands, type CommandError, type PinQuery, type SavedSearch } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";

/** The figures beside the searches follow the list this much later: each counts all pins. */
const GATHER_MS = 1_000;

/** The searches that a person named and kept. */
export class Saved {
  list = $state.raw<SavedSearch[]>([]);
  /** Why the last change was refused. */
  problem = $state.raw<CommandError | null>(null);

  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  listen = async (): Promise<() => void> => {
    const stop = await hearChanges("pin", this.#later);
    return () => {
      clearTimeout(this.#timer);
      stop();
    };
  };

  /** The first change of many sets the time: a list that changes all the while is counted all the same. */
  #later = () => {
    if (this.list.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.read();
    }, GATHER_MS);
  };

  read = () => this.#take(commands.pinsSaved);

  /** Another account has its own. */
  reset = () => {
    this.list = [];
    return this.read();
  };

  save = (name: string, query: PinQuery): Promise<boolean> => this.#take(() => commands.pinsSave(name, query));
  forget = (search: SavedSearch): Promise<boolean> => this.#take(() => commands.pinsForget(search.id));

  /** Whether it was done. */
  async #take(ask: () => Promise<SavedSearch[]>): Promise<boolean> {
    const asking = ++this.#asking;
    this.problem = null;
    try {
      const list = await ask();
      if (asking === this.#asking) this.list = list;
      return true;
    } catch (error) {
      this.problem = asCommandError(error);
      return false;
    }
  }
}
