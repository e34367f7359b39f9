/** One key, or several pressed together, and what they do. */
export type Binding = {
  /** As shown, with the names of event.key: "Ctrl Shift C", "F2", "/". On a Mac, Ctrl is Cmd. */
  keys: string;
  /** What it does; without words it is not listed. */
  says?: string;
  group?: KeyGroup;
  run: (event: KeyboardEvent) => void;
  /** What the key does by itself is done too. */
  passes?: boolean;
  /** Works only while the focus is in here. */
  within?: () => HTMLElement | null | undefined;
  /** There is something for it to act on: else typing does not find it. */
  offered?: () => boolean;
};
export type KeyGroup = "Everywhere" | "Screens" | "In the list" | "Selection";

export const MAC = /Mac/.test(navigator.platform);
const SHOWN: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  Space: "Space",
  Escape: "Esc",
  Delete: "Del",
  ...(MAC ? { Ctrl: "⌘", Shift: "⇧", Alt: "⌥", Backspace: "⌫" } : {}),
};

/** As written on the keys of this computer. */
export function shownKeys(keys: string): string {
  return keys
    .split(" ")
    .map((key) => SHOWN[key] ?? key)
    .join(" ");
}

/** "Ctrl Shift C" for the keys of an event. Shift counts only where it does not already change the sign. */
export function pressed(event: KeyboardEvent, mac = MAC): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const signed = event.key.length === 1 && event.key !== " " && event.key.toLowerCase() === event.key.toUpperCase();
  const parts = [];
  if (mac ? event.metaKey : event.ctrlKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && !signed) parts.push("Shift");
  return [...parts, key].join(" ");
}

/** The keys that work right now: each screen brings its own and takes them away again. */
export class Keys {
  #bindings = new Set<Binding>();

  add(bindings: Binding[]): () => void {
    for (const binding of bindings) this.#bindings.add(binding);
    return () => {
      for (const binding of bindings) this.#bindings.delete(binding);
    };
  }

  list(): Binding[] {
    return [...this.#bindings].filter((binding) => binding.says);
  }

  handle = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof HTMLElement ? event.target : null;
    // A sheet or a menu has the keyboard to itself.
    if (target?.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]")) return;
    const keys = pressed(event);
    const typing = target !== null && isTyping(target);
    if (typing && !/^(Ctrl [^ACVXZE]$|F\d|Ctrl Shift [JO])/.test(keys)) return;
    for (const { keys: wanted, within, passes, run } of [...this.#bindings].reverse()) {
      if (wanted !== keys) continue;
      if (within && !(target && within()?.contains(target))) continue;
      if (!passes) event.preventDefault();
      run(event);
      return;
    }
  };
}

function isTyping(element: HTMLElement): boolean {
  if (element instanceof HTMLInputElement) return !["checkbox", "radio", "button"].includes(element.type);
  // In a list of choices, letters jump to what begins with them.
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement || element.isContentEditable;
}

export const keys = new Keys();
