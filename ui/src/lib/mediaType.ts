const KINDS: Record<string, string> = { image: "image", video: "video", audio: "audio", text: "text", font: "font" };
const NAMES: Record<string, string> = {
  "application/pdf": "PDF",
  "application/json": "JSON",
  "application/zip": "ZIP archive",
  "application/gzip": "gzip archive",
  "application/vnd.ipld.car": "CAR archive",
  "application/octet-stream": "file",
  "text/plain": "plain text",
  "text/html": "web page",
  "text/markdown": "Markdown text",
  "image/svg+xml": "SVG image",
};

/** "TIFF image" for image/tiff; what has no such words stays as it is. */
export function mediaType(type: string): string {
  const plain = type.split(";")[0]!.trim().toLowerCase();
  const known = NAMES[plain];
  if (known) return known;
  const [kind, sub] = plain.split("/");
  const word = KINDS[kind ?? ""];
  return word && sub ? `${sub.replace(/^x-/, "").toUpperCase()} ${word}` : type;
}
