import { commands, type CopyWhat, type UploadRow } from "../bindings";

/** Rows looked through for a CID: more pins than this with one content are never all of it. */
const LOOKED_AT = 100;

/** Copies what a finished upload left: the engine copies by place in a set, so a set of its CID is opened. Answers how many lines. */
export async function copyOf(row: UploadRow, what: CopyWhat): Promise<number> {
  if (row.cid === null) return 0;
  const { set } = await commands.pinsOpen({ text: row.cid, sort: "pinned_at", descending: true }, null);
  const found = await commands.pinsRows(set, 0, LOOKED_AT);
  const place = found.findIndex((pin) => pin.id === row.pin);
  return place < 0 ? 0 : commands.pinsCopy({ set, ranges: [[place, place]] }, what);
}
