import { commands, type LedgerCounts, type LedgerPage, type LedgerQuery, type LedgerRow, type UnpinRow } from "../bindings";
import { Paged } from "../lib/paged.svelte";

const NONE: LedgerCounts = { all: 0, pinned: 0, kept: 0, settling: 0, waiting: 0, failed: 0, leftOut: 0, held: 0, gone: 0, braked: 0 };

/** Every path of one watched folder, filtered. */
export class Ledger {
  readonly id: number;
  query = $state.raw<LedgerQuery>({ group: "all", reason: null, text: "", byPath: false });
  counts = $state.raw<LedgerCounts>(NONE);
  reasons = $state.raw<LedgerPage["reasons"]>([]);
  asOf = $state<number | null>(null);
  readonly rows: Paged<LedgerRow>;
  readonly unpinned: Paged<UnpinRow>;

  constructor(id: number) {
    this.id = id;
    this.rows = new Paged((from, n) => this.#read(from, n));
    this.unpinned = new Paged((from, n) => commands.watchesJournal(this.id, from, n));
  }

  /** Shows other rows. A reason belongs to its group. */
  filter = (change: Partial<LedgerQuery>) => {
    this.query = { ...this.query, ...(change.group === undefined ? {} : { reason: null }), ...change };
    return this.rows.restart();
  };

  async #read(from: number, n: number): Promise<LedgerPage> {
    const asked = this.query;
    const page = await commands.watchesLedger(this.id, asked, from, n);
    if (asked === this.query) {
      this.counts = page.counts;
      this.reasons = page.reasons;
      this.asOf = page.asOf;
    }
    return page;
  }
}
