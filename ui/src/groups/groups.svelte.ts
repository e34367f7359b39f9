import { commands, type CommandError, type GroupRow, type PinNetwork, type Selection } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";

/** The figures beside the groups follow the list of pins this much later. */
const GATHER_MS = 400;

/** What a sheet asks about a group. */
export type GroupQuestion =
  | { kind: "new" }
  | { kind: "edit"; group: GroupRow }
  | { kind: "delete"; group: GroupRow }
  | { kind: "add"; selection: Selection; count: number };

/** The groups of the account that is worked with. */
export class Groups {
  /** By name. */
  list = $state.raw<GroupRow[]>([]);
  /** The service has groups, and the key may see them. */
  offered = $state(false);
  /** Why the last change was refused. */
  problem = $state.raw<CommandError | null>(null);
  busy = $state(false);
  asked = $state.raw<GroupQuestion | null>(null);
  /** Rows of the list that are being dragged, and the group that they are over. */
  dragged = $state.raw<{ count: number; x: number; y: number } | null>(null);
  over = $state.raw<GroupRow | null>(null);

  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  listen = async (): Promise<() => void> => {
    const stops = await Promise.all([hearChanges("group", () => void this.read()), hearChanges("pin", this.#later)]);
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  };

  /** The first change of many sets the time: a list that changes all the while is counted all the same. */
  #later = () => {
    if (!this.offered || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.read();
    }, GATHER_MS);
  };

  /** Reads them as they are known here. */
  read = async () => {
    const asking = ++this.#asking;
    try {
      const { offered, groups } = await commands.groupsList();
      if (asking !== this.#asking) return;
      this.offered = offered;
      this.list = groups;
    } catch {
      // What was shown stays; a list that cannot be read is told by the screen of pins.
    }
  };

  /** Another account: nothing of the old one may stay. */
  reset = () => {
    this.list = [];
    this.offered = false;
    this.asked = null;
    return this.read();
  };

  ask = (question: GroupQuestion) => {
    this.problem = null;
    this.asked = question;
  };

  close = () => {
    this.asked = null;
    this.problem = null;
  };

  /** null where it was refused. */
  create = (name: string, network: PinNetwork, isPublic: boolean | null): Promise<GroupRow | null> =>
    this.#change(() => commands.groupsCreate(name, network, isPublic));

  edit = (group: GroupRow, name: string | null, isPublic: boolean | null): Promise<GroupRow | null> =>
    this.#change(() => commands.groupsEdit(group.id, name, isPublic));

  remove = async (group: GroupRow): Promise<boolean> =>
    (await this.#change(async () => {
      await commands.groupsDelete(group.id);
      return true;
    })) ?? false;

  /** The names of a pin's groups, as far as they are known. */
  namesOf(ids: string[]): string[] {
    return ids.flatMap((id) => this.list.find((group) => group.serviceId === id)?.name ?? []);
  }

  /** The group whose row is at this place of the window. */
  at = (x: number, y: number): GroupRow | null => {
    for (const row of document.querySelectorAll<HTMLElement>("[data-group]")) {
      const box = row.getBoundingClientRect();
      if (x < box.left || x >= box.right || y < box.top || y >= box.bottom) continue;
      return this.list.find((group) => group.id === Number(row.dataset.group)) ?? null;
    }
    return null;
  };

  async #change<T>(work: () => Promise<T>): Promise<T | null> {
    this.busy = true;
    this.problem = null;
    try {
      const answer = await work();
      void this.read();
      return answer;
    } catch (error) {
      this.problem = asCommandError(error);
      return null;
    } finally {
      this.busy = false;
    }
  }
}
