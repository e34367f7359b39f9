import { expect, test } from "vitest";
import { fileKind } from "./fileIcon";

test.each([
  ["harbour.TIF", false, null, "image"],
  ["site", true, "text/html", "folder"],
  ["backup.car", false, "application/octet-stream", "car"],
  [".png", false, null, "file"],
  ["no extension", false, "video/mp4", "film"],
  [null, false, "application/json", "data"],
  ["photo.png (holiday)", false, null, "image"],
  ["photo.png (site.zip)", false, null, "image"],
  ["photo.png (a.zip (old))", false, null, "image"],
  ["photo.png (old).zip (a)", false, null, "archive"],
  ["README (site.png)", false, null, "file"],
  ["README(site.png)", false, null, "file"],
  ["(site.png)", false, null, "file"],
  ["notes.png)", false, null, "file"],
  ["x.constructor", false, "constructor/x", "file"],
] as const)("%s (folder %s, %s) is %s", (name, folder, mime, kind) => expect(fileKind(name, folder, mime)).toBe(kind));
