import type { GroupRow } from "../bindings";
import { count } from "../lib/figures";
import { visibleText } from "../lib/visibleText";

const pins = (number: number) => (number === 1 ? "1 pin is" : `${count(number)} pins are`);

/** "3 pins are in Prints" */
export const added = (number: number, group: GroupRow) => `${pins(number)} in ${visibleText(group.name)}`;
/** "3 pins are out of Prints" */
export const takenOut = (number: number, group: GroupRow) => `${pins(number)} out of ${visibleText(group.name)}`;
