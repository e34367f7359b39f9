import type { IconType } from "../lib/icon";

export type MenuItem =
  | "line"
  | {
      label: string;
      /** A second, smaller line. */
      note?: string;
      icon?: IconType;
      /** The key that does the same. */
      key?: string;
      danger?: boolean;
      disabled?: boolean;
      onselect: () => void;
    }
  /** Several of which one is chosen. */
  | { label: string; chosen: string; choices: { value: string; label: string; note?: string }[]; onchoose: (value: string) => void }
  /** Something that is on or off. */
  | { label: string; note?: string; checked: boolean; onchange: (checked: boolean) => void };
