import type { AccountRow } from "../bindings";
import { counted } from "../drops/wording";
import { bytes } from "../lib/figures";
import { visibleText } from "../lib/visibleText";

/** Where an account is, whose it is and what it holds, in one line. */
export function whereOf(row: AccountRow): string {
  const parts = [
    row.kind === "psa" ? "Pinning service" : row.place,
    row.kind === "psa" ? row.address : null,
    row.owner !== row.label ? row.owner : null,
    row.pins === null ? null : counted(row.pins, "pin"),
    row.bytes === null || row.bytes === 0 || row.kind !== "sandbox" ? null : bytes(row.bytes),
  ];
  return visibleText(parts.filter((part) => part !== null).join(", "));
}
