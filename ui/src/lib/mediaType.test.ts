import { expect, test } from "vitest";
import { mediaType } from "./mediaType";

test.each([
  ["image/tiff", "TIFF image"],
  ["audio/x-wav", "WAV audio"],
  ["text/plain; charset=utf-8", "plain text"],
  ["application/pdf", "PDF"],
  ["application/vnd.unheard-of", "application/vnd.unheard-of"],
  ["nonsense", "nonsense"],
])("%s is shown as %s", (type, words) => {
  expect(mediaType(type)).toBe(words);
});
