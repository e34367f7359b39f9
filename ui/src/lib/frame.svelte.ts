/** Below this many rem the sidebar is a rail and the details lie over the list. The style sheets say the same: `@container window`. */
const NARROW_REM = 65;

/** How much room the window has, counted in the size of its text: text at 200 % makes a window half as wide. */
class Frame {
  #width = $state(window.innerWidth);
  #rem = $state(16);
  narrow = $derived(this.#width < NARROW_REM * this.#rem);

  /** Follows the window until the returned function is called. */
  follow = (): (() => void) => {
    const look = () => {
      this.#width = window.innerWidth;
      this.#rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    };
    look();
    // The body is as wide as the window, and one sign of text tells of its size.
    const sizes = new ResizeObserver(look);
    const sign = document.createElement("span");
    sign.className = "vh";
    sign.ariaHidden = "true";
    sign.textContent = "0";
    document.body.append(sign);
    sizes.observe(sign);
    window.addEventListener("resize", look);
    return () => {
      sizes.disconnect();
      sign.remove();
      window.removeEventListener("resize", look);
    };
  };
}

export const frame = new Frame();
