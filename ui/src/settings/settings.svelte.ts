import { commands, type CommandError, type NotifyAbout, type OnClose, type Settings as Saved, type Theme } from "../bindings";
import { asCommandError } from "../accounts/commandError";

/** What is set before anything was chosen. */
export const FIRST: Saved = {
  theme: "system",
  detailsOpen: true,
  dockHeight: 316,
  onClose: "keep_running",
  notifyAbout: "all",
  copyLink: false,
};

/** What a person chose, kept by the engine; the window shows a choice at once and takes it back when it was not kept. */
export class Settings {
  theme = $state<Theme>("system");
  detailsOpen = $state(true);
  dockHeight = $state(316);
  onClose = $state<OnClose>("keep_running");
  notifyAbout = $state<NotifyAbout>("all");
  copyLink = $state(false);
  /** Why the last choice was not kept. */
  problem = $state.raw<CommandError | null>(null);

  #saved: Saved = { ...FIRST };

  constructor(start?: Saved) {
    if (start) this.fill(start);
  }

  fill(saved: Saved) {
    this.#saved = saved;
    this.theme = saved.theme;
    this.detailsOpen = saved.detailsOpen;
    this.dockHeight = saved.dockHeight;
    this.onClose = saved.onClose;
    this.notifyAbout = saved.notifyAbout;
    this.copyLink = saved.copyLink;
  }

  /** Keeps one choice, and shows it before the engine has answered. */
  keep = async (choice: Partial<Saved>) => {
    const before = this.#saved;
    const wanted = { ...before, dockHeight: Math.round(this.dockHeight), ...choice };
    this.fill(wanted);
    this.problem = null;
    try {
      await commands.settingsSet(wanted);
    } catch (error) {
      this.problem = asCommandError(error);
      if (this.#saved === wanted) this.fill(before);
    }
  };

  /** Puts the theme on the document, and follows the computer while it is "system". To be called in an effect. */
  paint = (): (() => void) => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const put = () => {
      const theme = this.theme === "system" ? (dark.matches ? "dark" : "light") : this.theme;
      document.documentElement.dataset.theme = theme;
    };
    put();
    dark.addEventListener("change", put);
    return () => dark.removeEventListener("change", put);
  };
}
