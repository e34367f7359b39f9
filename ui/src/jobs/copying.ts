import type { Accounts } from "../accounts/accounts.svelte";
import type { AccountRow } from "../bindings";

/** The accounts whose services can be asked for what the active one has pinned. The Sandbox is on this computer only. */
export function copyTargets({ active, rows }: Pick<Accounts, "active" | "rows">): AccountRow[] {
  if (!active || active.kind === "sandbox") return [];
  return rows.filter((row) => row.id !== active.id && row.kind !== "sandbox");
}
