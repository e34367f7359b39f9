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
import { kindByEnding, ownName } from "./endings";
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

const BY_TYPE = new Map<string, FileKind>([
  ["image", "image"],
  ["video", "film"],
  ["audio", "music"],
  ["text", "text"],
]);

/** By its extension, then by its media type. */
export function fileKind(name: string | null, folder: boolean, mime: string | null = null): FileKind {
  if (folder) return "folder";
  const known = name === null ? undefined : kindByEnding(ownName(name)[0]);
  if (known) return known;
  if (mime === "application/json") return "data";
  return BY_TYPE.get(mime?.split("/")[0] ?? "") ?? "file";
}

export function fileIcon(name: string | null, folder: boolean, mime: string | null = null): IconType {
  return FILE_ICONS[fileKind(name, folder, mime)];
}
