import Archive from "@lucide/svelte/icons/archive";
import Box from "@lucide/svelte/icons/box";
import Braces from "@lucide/svelte/icons/braces";
import Code from "@lucide/svelte/icons/code";
import File from "@lucide/svelte/icons/file";
import FileText from "@lucide/svelte/icons/file-text";
import Film from "@lucide/svelte/icons/film";
import Folder from "@lucide/svelte/icons/folder";
import Image from "@lucide/svelte/icons/image";
import Music from "@lucide/svelte/icons/music";
import type { IconType } from "./icon";

const KINDS: [IconType, string][] = [
  [Image, "png jpg jpeg gif webp avif heic tif tiff bmp svg ico raw dng psd"],
  [Film, "mp4 mov mkv webm avi m4v mpg mpeg"],
  [Music, "mp3 flac wav ogg opus m4a aac aif aiff"],
  [FileText, "txt md pdf doc docx odt rtf epub csv log tex"],
  [Braces, "json jsonl yaml yml toml xml"],
  [Code, "html htm css js ts svelte rs py go c h cpp java sh sol wasm"],
  [Archive, "zip tar gz tgz xz bz2 zst 7z rar"],
  [Box, "car"],
];
const BY_EXTENSION = new Map(KINDS.flatMap(([icon, extensions]) => extensions.split(" ").map((extension) => [extension, icon] as const)));

/** The picture of a file's kind: by its extension, then by its media type. */
export function fileIcon(name: string | null, folder: boolean, mime: string | null = null): IconType {
  if (folder) return Folder;
  const dot = name?.lastIndexOf(".") ?? -1;
  const known = dot > 0 ? BY_EXTENSION.get(name!.slice(dot + 1).toLowerCase()) : undefined;
  if (known) return known;
  switch (mime?.split("/")[0]) {
    case "image":
      return Image;
    case "video":
      return Film;
    case "audio":
      return Music;
    case "text":
      return FileText;
  }
  return mime === "application/json" ? Braces : File;
}
