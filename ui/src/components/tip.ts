import type { Attachment } from "svelte/attachments";
import { showTip, hideTip } from "./tip.svelte";

const WAIT_MS = 500;

/** Shows `text` beside the element after the pointer rests on it, or at once when it gets the keyboard's focus. */
export function tip(text: string | null | undefined): Attachment<HTMLElement> {
  return (element) => {
    if (!text) return;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const show = () => showTip(element, text);
    const hide = () => {
      clearTimeout(waiting);
      hideTip(element);
    };
    const enter = () => {
      clearTimeout(waiting);
      waiting = setTimeout(show, WAIT_MS);
    };
    const focus = () => {
      if (element.matches(":focus-visible")) show();
    };
    element.addEventListener("pointerenter", enter);
    element.addEventListener("pointerleave", hide);
    element.addEventListener("pointerdown", hide);
    element.addEventListener("focus", focus);
    element.addEventListener("blur", hide);
    return () => {
      hide();
      element.removeEventListener("pointerenter", enter);
      element.removeEventListener("pointerleave", hide);
      element.removeEventListener("pointerdown", hide);
      element.removeEventListener("focus", focus);
      element.removeEventListener("blur", hide);
    };
  };
}
