/** The one tooltip of the window: there is never a second. */
class Tip {
  text = $state<string | null>(null);
  owner = $state.raw<HTMLElement | null>(null);
}

export const shown = new Tip();

export function showTip(owner: HTMLElement, text: string) {
  shown.owner = owner;
  shown.text = text;
}

export function hideTip(owner: HTMLElement) {
  if (shown.owner !== owner) return;
  shown.owner = null;
  shown.text = null;
}
