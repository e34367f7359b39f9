import { expect, test, vi } from "vitest";
import type { SingleUpload } from "../bindings";
import { anUpload, fakeEngine, settled } from "./fakeEngine";
import { Followed } from "./followed.svelte";

async function open(copiesLink: boolean, link = true) {
  let single: SingleUpload | null = { row: anUpload({ id: 7, name: "dawn.tif", state: "sending" }), link: false };
  const engine = fakeEngine({ uploads_single: () => single, uploads_copy: () => 1 });
  const show = vi.fn();
  const followed = new Followed({ show, copiesLink: () => copiesLink });
  await followed.listen();
  followed.follow("d1");
  await settled();
  expect(show).not.toHaveBeenCalled();
  let revision = 1;
  const changes = async (state: "pinned" | "cancelled") => {
    single = { row: anUpload({ id: 7, name: "dawn.tif", state }), link };
    revision += 1;
    await engine.emit("changed", { noun: "upload", revision, ids: [7] });
  };
  return { engine, show, changes };
}

test("a single upload that is done says so once, with its link at hand", async () => {
  const { engine, show, changes } = await open(false);
  await changes("pinned");
  await changes("pinned");
  await vi.waitFor(() => expect(show).toHaveBeenCalledTimes(1));
  expect(show.mock.calls[0]?.[0]).toBe("dawn.tif is pinned");
  expect(engine.of("uploads_copy")).toEqual([]);
  const action = show.mock.calls[0]?.[1];
  expect(action.label).toBe("Copy link");
  await action.run();
  expect(engine.of("uploads_copy")).toEqual([{ id: 7, what: "link" }]);
  expect(show).toHaveBeenLastCalledWith("Copied the link");
});

test("where the person wants it, the link is copied without a click", async () => {
  const { engine, show, changes } = await open(true);
  await changes("pinned");
  await vi.waitFor(() => expect(show).toHaveBeenCalledWith("dawn.tif is pinned. Its link is copied"));
  expect(engine.of("uploads_copy")).toEqual([{ id: 7, what: "link" }]);
});

test("what others cannot open has no link, also where links are wanted", async () => {
  const { engine, show, changes } = await open(true, false);
  await changes("pinned");
  await vi.waitFor(() => expect(show).toHaveBeenCalledTimes(1));
  expect(show.mock.calls[0]?.[1].label).toBe("Copy CID");
  expect(engine.of("uploads_copy")).toEqual([]);
});

test("an upload that was taken back says nothing", async () => {
  const { engine, show, changes } = await open(true);
  const asked = engine.of("uploads_single").length;
  await changes("cancelled");
  await vi.waitFor(() => expect(engine.of("uploads_single").length).toBeGreaterThan(asked));
  await settled();
  expect(show).not.toHaveBeenCalled();
});
