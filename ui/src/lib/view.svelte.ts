/** The screens that exist. */
export type Screen = "pins" | "uploads" | "watches" | "jobs" | "keys" | "usage" | "settings";

/** What the window shows. */
export class View {
  screen = $state<Screen>("pins");
  /** The sheet that lists the keys. */
  keysOpen = $state(false);

  go = (screen: Screen) => {
    this.screen = screen;
  };
}
