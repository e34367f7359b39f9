import type { AccountRow } from "../bindings";
import { counted } from "../drops/wording";
import { bytes } from "../lib/figures";
import { visibleText } from "../lib/visibleText";

/** Who keeps an account's pins, as the first words of a sentence: “Pinata”, or the account's own name. */
export function keeperOf(row: AccountRow | null | undefined): string {
  return visibleText((row?.kind === "pinata" ? row.place : row?.label) ?? "The service");
}

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
