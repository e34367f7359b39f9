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
      /** One of several of which one is chosen. */
      checked?: boolean;
      onselect: () => void;
    };
