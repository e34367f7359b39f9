/** One observer for every element that must know its width: thousands of them cost one callback. */
const told = new WeakMap<Element, (width: number) => void>();
let observer: ResizeObserver | undefined;

export function watchWidth(element: Element, tell: (width: number) => void): () => void {
  observer ??= new ResizeObserver((entries) => {
    for (const entry of entries) told.get(entry.target)?.(entry.contentRect.width);
  });
  told.set(element, tell);
  observer.observe(element);
  return () => {
    told.delete(element);
    observer?.unobserve(element);
  };
}

/** The font of an element as a canvas takes it; the computed shorthand is empty where a part of it has no place there. */
export function fontOf(element: Element): string {
  const { fontStyle, fontWeight, fontSize, fontFamily } = getComputedStyle(element);
  return `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;
}

let brush: CanvasRenderingContext2D | null | undefined;

function drawn(text: string, font: string): number {
  brush ??= document.createElement("canvas").getContext("2d");
  if (!brush) return 0;
  if (brush.font !== font) brush.font = font;
  return brush.measureText(text).width;
}

const FIRST = 0x20;
const LAST = 0x7e;
/** The widths of the printable ASCII signs and, last, of the dots of a cut name; by font. */
const tables = new Map<string, Float32Array>();

function tableOf(font: string): Float32Array {
  let table = tables.get(font);
  if (!table) {
    table = Float32Array.from({ length: LAST - FIRST + 2 }, (_, at) =>
      drawn(at > LAST - FIRST ? "…" : String.fromCharCode(FIRST + at), font),
    );
    tables.set(font, table);
  }
  return table;
}

/** What a box of just this text may lack through rounding. */
const SLACK = 0.5;

/**
 * How wide a text is in this font, without laying anything out. Plain texts are added up from their signs, a little too wide
 * where signs are kerned; a list of names would wait for the canvas otherwise.
 */
export function textWidth(font: string): (text: string) => number {
  const table = tableOf(font);
  return (text) => {
    let width = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= FIRST && code <= LAST) width += table[code - FIRST]!;
      else if (code === 0x2026) width += table.at(-1)!;
      else return drawn(text, font);
    }
    return width;
  };
}

/** The text fits: nearly always seen from its signs, and measured only where they say that it does not. */
export function fits(text: string, width: number, font: string): boolean {
  return textWidth(font)(text) <= width || drawn(text, font) <= width + SLACK;
}
