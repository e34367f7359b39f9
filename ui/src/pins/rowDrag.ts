import type { GroupRow } from "../bindings";
import type { Groups } from "../groups/groups.svelte";
import type { Pins } from "./pins.svelte";

/** A pointer that moved less than this, in CSS pixels, has clicked. */
const CLICK = 6;

/** Rows of the list dragged with the pointer onto a group of the side bar. A drag of the system's own would be taken for files. */
export class RowDrag {
  #pins: Pins;
  #groups: Groups;
  #dropped: (group: GroupRow) => void;
  #stop: (() => void) | null = null;
  /** The click that ends a drag is none. */
  ended = false;

  constructor(pins: Pins, groups: Groups, dropped: (group: GroupRow) => void) {
    this.#pins = pins;
    this.#groups = groups;
    this.#dropped = dropped;
  }

  /** The pointer went down on a row. */
  begin(event: PointerEvent, index: number) {
    if (event.button !== 0 || event.pointerType === "touch" || !this.#groups.offered || this.#stop) return;
    const from = { x: event.clientX, y: event.clientY };
    const move = (to: PointerEvent) => {
      const near = Math.hypot(to.clientX - from.x, to.clientY - from.y) < CLICK;
      if (this.#groups.dragged === null && near) return;
      if (this.#groups.dragged === null && !this.#pins.isSelected(index)) this.#pins.point(index, "one");
      this.#groups.dragged = { count: this.#pins.count, x: to.clientX, y: to.clientY };
      this.#groups.over = this.#groups.at(to.clientX, to.clientY);
    };
    const up = () => {
      const { dragged, over } = this.#groups;
      this.cancel();
      if (dragged === null) return;
      this.ended = true;
      setTimeout(() => (this.ended = false));
      if (over) this.#dropped(over);
    };
    const key = (press: KeyboardEvent) => {
      if (press.key !== "Escape" || this.#groups.dragged === null) return;
      press.preventDefault();
      press.stopPropagation();
      this.cancel();
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", this.cancel);
    window.addEventListener("keydown", key, true);
    this.#stop = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", this.cancel);
      window.removeEventListener("keydown", key, true);
    };
  }

  /** Nothing is dragged any more. */
  cancel = () => {
    this.#stop?.();
    this.#stop = null;
    this.#groups.dragged = null;
    this.#groups.over = null;
  };
}
