import type { JobRow, JobsPage, JobsQuery, Pasted } from "../bindings";
import { fakeEngine } from "../uploads/fakeEngine";

export function aJob(id: number, with_: Partial<JobRow> = {}): JobRow {
  return {
    id,
    name: `open-archive-${id}`,
    cid: `bafkrei${String(id).padStart(52, "a")}`,
    state: "searching",
    sentence: "Looking for someone who has it.",
    beside: "Pinata gives up after about a day.",
    since: Date.now() - 12 * 60_000,
    ended: false,
    stuck: false,
    retryAt: null,
    step: "add_address",
    stepWords: "Add an address",
    hostNodes: [],
    pin: null,
    here: true,
    canCancel: true,
    canRetry: true,
    canClear: false,
    ...with_,
  };
}

export function pasted(with_: Partial<Pasted> = {}): Pasted {
  return { ready: 0, pinned: 0, asked: 0, repeated: 0, wrong: 0, lines: [], ...with_ };
}

/** An engine with these jobs; `said` is what it makes of any text. */
export function engineJobs(rows: JobRow[], said: Pasted = pasted({ ready: 1 })) {
  const held = { rows, problem: null as string | null };
  const head = () => ({
    open: held.rows.filter((row) => !row.ended).length,
    failed: held.rows.filter((row) => row.ended && !["pinned", "cancelled"].includes(row.state)).length,
    all: held.rows.length,
  });
  const engine = fakeEngine({
    jobs_head: head,
    jobs_look_at: () => said,
    jobs_import: () => said.ready,
    jobs_check_node: ({ text }) => ((text as string).startsWith("/") ? null : "An address is a multiaddress."),
    jobs_rows: ({ query, from, n }): JobsPage => {
      const { filter, text } = query as JobsQuery;
      const found = held.rows.filter((row) => (filter === "all" || row.state === filter) && row.cid.includes(text));
      return {
        total: found.length,
        rows: found.slice(from as number, (from as number) + (n as number)),
        head: head(),
        asOf: 1_700_000_000_000,
        refreshing: false,
        problem: held.problem,
      };
    },
  });
  return Object.assign(engine, { held });
}
