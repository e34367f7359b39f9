import type { UploadRow, UploadsChosen, UploadsFilter, UploadsHead } from "../bindings";
import { fakeEngine } from "./fakeEngine";
import { NOTHING } from "./uploads.svelte";

type Answers = Parameters<typeof fakeEngine>[0];

/** A queue of rows behind the fake commands: change `lists`, and it is another. */
export function fakeQueue(now: UploadRow[], finished: UploadRow[] = [], answers: Answers = {}) {
  const lists: Record<UploadsFilter, UploadRow[]> = { now, needs_you: [], finished };
  const head = (): UploadsHead => ({
    ...NOTHING,
    now: lists.now.length,
    needsYou: lists.needs_you.length,
    finished: lists.finished.length,
    bytesTotal: 100,
  });
  const window = ({ filter, from, n }: Record<string, unknown>) =>
    lists[filter as UploadsFilter].slice(from as number, (from as number) + (n as number));
  const chosen = ({ filter, ids }: Record<string, unknown>): UploadsChosen => {
    const rows = lists[filter as UploadsFilter].filter((row) => (ids as number[]).includes(row.id));
    const count = (can: (row: UploadRow) => boolean) => rows.filter(can).length;
    return {
      ids: rows.map((row) => row.id),
      pause: count((row) => row.canPause),
      resume: count((row) => row.canResume),
      cancel: count((row) => row.canCancel),
      sent: count((row) => row.canCancel && row.state === "sending"),
      retry: count((row) => row.canRetry),
      clear: count((row) => row.canClear),
      first: count((row) => row.canGoFirst),
      last: count((row) => row.canGoLast),
    };
  };
  const engine = fakeEngine({
    uploads_head: head,
    uploads_rows: (args) => ({ total: lists[args.filter as UploadsFilter].length, rows: window(args) }),
    uploads_ids: (args) => window(args).map((row) => row.id),
    uploads_chosen: chosen,
    ...answers,
  });
  return { lists, engine, head };
}
