const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** "1 item", "3 items", "8,369 files" */
export function counted(count: number, noun: string): string {
  return `${whole.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "12,430" */
export function figure(count: number): string {
  return whole.format(count);
}
