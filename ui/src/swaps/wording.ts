import type { AccountRow } from "../bindings";

/** What giving a pin's address other content is called at an account; null without one. */
export function swapLabel(account: AccountRow | null): string | null {
  if (!account) return null;
  return account.kind === "psa" ? "Replace its CID…" : "Show other content…";
}
