import { ownName } from "./endings";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** An extension longer than this is part of the name. */
const LONGEST_EXTENSION = 8;
/** Signs kept before the extension, so that "-02.tif" stays apart from "-03.tif". */
const BEFORE_EXTENSION = 4;

type Measure = (text: string) => number;

/**
 * The name with its middle cut out so that it fits `width`, its extension kept: "fog-over-the-lo…re-02.tif".
 * `measure` answers how wide a text is, in the unit of `width`.
 */
export function cutMiddle(name: string, width: number, measure: Measure): string {
  if (width <= 0 || measure(name) <= width) return name;
  const [own, behind] = ownName(name);
  if (behind === "") return cut(name, width, measure);
  const kept = measure(behind) <= width / 2 ? behind : cut(behind, width / 2, measure);
  const left = width - measure(kept);
  return (measure(own) <= left ? own : cut(own, left, measure)) + kept;
}

function cut(name: string, width: number, measure: Measure): string {
  const signs = Array.from(graphemes.segment(name), (part) => part.segment);
  const dot = signs.lastIndexOf(".");
  const extension = dot > 0 && signs.length - dot <= LONGEST_EXTENSION ? signs.length - dot : 0;
  for (let tail = Math.min(extension + BEFORE_EXTENSION, signs.length - 1); tail >= 0; tail -= 1) {
    const end = signs.slice(signs.length - tail).join("");
    if (tail > 0 && measure(`…${end}`) > width / 2) continue;
    const head = longestHead(signs.slice(0, signs.length - tail), end, width, measure);
    if (head.length > 0 || tail === 0) return `${head}…${end}`;
  }
  return "…";
}

function longestHead(signs: string[], end: string, width: number, measure: Measure): string {
  let fits = 0;
  let tooLong = signs.length + 1;
  while (tooLong - fits > 1) {
    const half = (fits + tooLong) >> 1;
    if (measure(`${signs.slice(0, half).join("")}…${end}`) <= width) fits = half;
    else tooLong = half;
  }
  return signs.slice(0, fits).join("");
}
