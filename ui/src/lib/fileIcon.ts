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
import type { FileKind } from "../bindings";
import type { IconType } from "./icon";

export const FILE_ICONS: Record<FileKind, IconType> = {
  folder: Folder,
  file: File,
  image: Image,
  film: Film,
  music: Music,
  text: FileText,
  data: Braces,
  code: Code,
  archive: Archive,
  car: Box,
};

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
const BY_TYPE = new Map<string, FileKind>([
  ["image", "image"],
  ["video", "film"],
  ["audio", "music"],
  ["text", "text"],
]);

/** By its extension, then by its media type. */
export function fileKind(name: string | null, folder: boolean, mime: string | null = null): FileKind {
  if (folder) return "folder";
  const dot = name?.lastIndexOf(".") ?? -1;
  const known = name !== null && dot > 0 ? BY_EXTENSION.get(name.slice(dot + 1).toLowerCase()) : undefined;
  if (known) return known;
  if (mime === "application/json") return "data";
  return BY_TYPE.get(mime?.split("/")[0] ?? "") ?? "file";
}

export function fileIcon(name: string | null, folder: boolean, mime: string | null = null): IconType {
  return FILE_ICONS[fileKind(name, folder, mime)];
}
