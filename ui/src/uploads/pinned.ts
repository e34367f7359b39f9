import type { UploadRow } from "../bindings";
import type { Toasts } from "../components/toasts.svelte";
import type { View } from "../lib/view.svelte";
import type { Pins } from "../pins/pins.svelte";
import type { Uploads } from "./uploads.svelte";

export type Around = { uploads: Uploads; pins: Pins; view: View; toasts: Toasts };

/** What a finished row offers, for its buttons and for the keys. */
export function offersOf({ uploads, pins, view, toasts }: Around) {
  async function copy(row: UploadRow, what: "cid" | "link") {
    const lines = await uploads.copy(row, what);
    if (lines > 0) toasts.show(what === "cid" ? "Copied the CID" : "Copied the link");
    else if (!uploads.problem) toasts.show("Nothing copied: its pin is no longer in the list", null, "not_done");
  }

  function show(row: UploadRow) {
    if (row.pin === null) return;
    view.go("pins");
    void pins.showPin(row.pin);
  }

  return { copy, show };
}

/** The service holds something else than what was sent. */
export function differs(row: UploadRow): boolean {
  return row.reason === "different" || row.check === "different";
}

/** It looks like a secret, or something in it does, and nothing of it is sent without a word. */
export function isHeld(row: UploadRow): boolean {
  return row.state === "needs_you" && row.reason === "secret";
}

/** Its pin is in the list. */
export function isPinned(row: UploadRow): boolean {
  return row.state === "pinned" && row.pin !== null && row.cid !== null;
}
