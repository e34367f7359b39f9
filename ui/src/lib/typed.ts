/** Letters typed this soon after each other are one word. */
const TOGETHER_MS = 900;

/** What is typed into a list to jump to a name. */
export class Typed {
  #word = "";
  #at = -Infinity;

  /** A word has been begun: a space belongs to it. */
  get open(): boolean {
    return this.#word !== "" && performance.now() - this.#at < TOGETHER_MS;
  }

  /**
   * The word so far, in lower case, and whether the row under the cursor may stay: with a longer word it may still fit, while
   * the same letter again asks for the next one.
   */
  add(sign: string): { begins: string; here: boolean } {
    const letter = sign.toLowerCase();
    const longer = this.open && this.#word !== letter;
    this.#word = longer ? this.#word + letter : letter;
    this.#at = performance.now();
    return { begins: this.#word, here: longer };
  }
}
