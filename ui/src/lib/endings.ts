import type { FileKind } from "../bindings";

const EXTENSIONS: [FileKind, string][] = [
  ["image", "png jpg jpeg gif webp avif heic tif tiff bmp svg ico raw dng psd"],
  ["film", "mp4 mov mkv webm avi m4v mpg mpeg"],
  ["music", "mp3 flac wav ogg opus m4a aac aif aiff"],
  ["text", "txt md pdf doc docx odt rtf epub csv log tex"],
  ["data", "json jsonl yaml yml toml xml"],
  ["code", "html htm css js ts svelte rs py go c h cpp java sh sol wasm"],
  ["archive", "zip tar gz tgz xz bz2 zst 7z rar"],
  ["car", "car"],
];
const BY_EXTENSION = new Map(
  EXTENSIONS.flatMap(([kind, extensions]) => extensions.split(" ").map((extension) => [extension, kind] as const)),
);

/** What kind of file an ending stands for; undefined where it is not known. */
export function kindByEnding(name: string): FileKind | undefined {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? BY_EXTENSION.get(name.slice(dot + 1).toLowerCase()) : undefined;
}

/**
 * A file's own name, and what stands behind it to tell it from others of that name: "photo.png", " (holiday)". Brackets
 * behind a name without a known ending may as well be part of it.
 */
export function ownName(name: string): [own: string, behind: string] {
  if (!name.endsWith(")")) return [name, ""];
  let open = 0;
  for (let at = name.length - 1; at > 0; at -= 1) {
    if (name[at] === ")") open += 1;
    else if (name[at] === "(") open -= 1;
    if (open > 0) continue;
    const own = name.slice(0, at - 1);
    return name[at - 1] === " " && kindByEnding(own) ? [own, name.slice(at - 1)] : [name, ""];
  }
  return [name, ""];
}
