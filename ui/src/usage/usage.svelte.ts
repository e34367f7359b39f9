import { asCommandError } from "../accounts/commandError";
import { commands, type CommandError, type UsageReport, type UsageSpan, type UsageTotals } from "../bindings";
import { hearChanges } from "../lib/announced";

/** While a long list is read, pins change many times a second: the figures follow in steps of this. */
const GATHER_MS = 2000;

/** What the active account uses: the service's totals, and what its pins add up to. */
export class Usage {
  totals = $state.raw<UsageTotals | null>(null);
  /** The service tells totals, as far as is known. */
  offered = $state(true);
  /** Why the service told no totals. */
  totalsProblem = $state.raw<CommandError | null>(null);
  report = $state.raw<UsageReport | null>(null);
  /** Why the pins could not be counted. */
  problem = $state.raw<CommandError | null>(null);
  span = $state<UsageSpan>("year");
  /** How many minutes the person's clock is ahead of UTC; what the chart's days and months are counted in. */
  east = $state(0);
  /** The service is being asked. */
  asking = $state(false);

  /** The screen is open. */
  #open = false;
  /** Counts the accounts and spans asked about: an older answer must not overwrite a newer. */
  #age = 0;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  listen = (): Promise<() => void> =>
    hearChanges("pin", () => {
      if (!this.#open || this.#gathering !== undefined) return;
      this.#gathering = setTimeout(() => {
        this.#gathering = undefined;
        if (this.#open) void this.count();
      }, GATHER_MS);
    });

  open = () => {
    this.#open = true;
    this.#look();
    return () => (this.#open = false);
  };

  /** Another account: nothing here belongs to it. */
  reset = () => {
    this.#age += 1;
    this.totals = null;
    this.offered = true;
    this.totalsProblem = null;
    this.report = null;
    this.problem = null;
    this.asking = false;
    if (this.#open) this.#look();
  };

  look = (span: UsageSpan) => {
    this.span = span;
    void this.count();
  };

  /** Asks the service for everything again: its totals, and the list that the rest is counted from. */
  refresh = () => {
    this.#look();
    commands.pinsRefresh().catch((error: unknown) => (this.problem = asCommandError(error)));
  };

  #look = () => {
    void this.ask();
    void this.count();
  };

  /** Writes everything to a file that the person chooses; whether that was done. */
  export = async (): Promise<boolean> => {
    const age = this.#age;
    try {
      this.problem = null;
      return await commands.usageExport(this.span, -new Date().getTimezoneOffset());
    } catch (error) {
      if (age === this.#age) this.problem = asCommandError(error);
      return false;
    }
  };

  /** Asks the service for its totals. */
  ask = async () => {
    if (this.asking) return;
    const age = this.#age;
    this.asking = true;
    try {
      const totals = await commands.usageTotals();
      if (age !== this.#age) return;
      this.totals = totals;
      this.offered = totals !== null;
      this.totalsProblem = null;
    } catch (error) {
      if (age === this.#age) this.totalsProblem = asCommandError(error);
    } finally {
      if (age === this.#age) this.asking = false;
    }
  };

  /** Adds up the pins of the list. */
  count = async () => {
    const [age, span] = [this.#age, this.span];
    const east = -new Date().getTimezoneOffset();
    try {
      const report = await commands.usageReport(span, east);
      if (age !== this.#age || span !== this.span) return;
      this.report = report;
      this.east = east;
      this.problem = null;
    } catch (error) {
      if (age === this.#age) this.problem = asCommandError(error);
    }
  };
}
