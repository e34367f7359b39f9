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

/** How wide a text is in this font, without laying anything out. */
export function textWidth(font: string): (text: string) => number {
  return (text) => {
    brush ??= document.createElement("canvas").getContext("2d");
    if (!brush) return 0;
    if (brush.font !== font) brush.font = font;
    return brush.measureText(text).width;
  };
}
