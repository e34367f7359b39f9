import { afterEach, expect, test, vi } from "vitest";
import { Keys, pressed } from "./keys";

afterEach(() => document.body.replaceChildren());

const press = (key: string, rest: KeyboardEventInit = {}) =>
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...rest });

test("keys are named as they are listed", () => {
  expect(pressed(press("c", { ctrlKey: true, shiftKey: true }), false)).toBe("Ctrl Shift C");
  expect(pressed(press("C", { ctrlKey: true, shiftKey: true }), false)).toBe("Ctrl Shift C");
  expect(pressed(press("?", { shiftKey: true }), false)).toBe("?");
  expect(pressed(press(" "), false)).toBe("Space");
  expect(pressed(press("o", { metaKey: true }), true)).toBe("Ctrl O");
  expect(pressed(press("F10", { shiftKey: true }), false)).toBe("Shift F10");
});

test("a key runs what it is for, until it is taken away", () => {
  const keys = new Keys();
  const run = vi.fn();
  const take = keys.add([{ keys: "Ctrl O", run }]);
  const event = press("o", { ctrlKey: true });
  keys.handle(event);
  expect(run).toHaveBeenCalledOnce();
  expect(event.defaultPrevented).toBe(true);
  take();
  keys.handle(press("o", { ctrlKey: true }));
  expect(run).toHaveBeenCalledOnce();
});

function handled(keys: Keys, html: string, event: KeyboardEvent) {
  document.body.innerHTML = html;
  const target = document.querySelector("#here")!;
  target.addEventListener("keydown", (event) => keys.handle(event as KeyboardEvent));
  target.dispatchEvent(event);
}

test.each(["<input id=here>", "<textarea id=here></textarea>", "<select id=here></select>"])(
  "while someone types into %s, only keys that cannot be typing work",
  (field) => {
    const keys = new Keys();
    const run = vi.fn();
    keys.add(["/", "Ctrl C", "F6", "Ctrl J", "Delete"].map((key) => ({ keys: key, run })));
    for (const event of [press("/"), press("c", { ctrlKey: true }), press("Delete")]) handled(keys, field, event);
    expect(run).not.toHaveBeenCalled();
    handled(keys, field, press("F6"));
    handled(keys, field, press("j", { ctrlKey: true }));
    expect(run).toHaveBeenCalledTimes(2);
  },
);

test("a sheet has the keyboard to itself", () => {
  const keys = new Keys();
  const run = vi.fn();
  keys.add([{ keys: "Ctrl J", run }]);
  handled(keys, "<div role=alertdialog><button id=here></button></div>", press("j", { ctrlKey: true }));
  expect(run).not.toHaveBeenCalled();
});

test("a key of the list works only in the list", () => {
  const keys = new Keys();
  const run = vi.fn();
  keys.add([{ keys: "F2", run, within: () => document.querySelector<HTMLElement>("#list") }]);
  handled(keys, "<div id=list></div><button id=here></button>", press("F2"));
  expect(run).not.toHaveBeenCalled();
  handled(keys, "<div id=list><button id=here></button></div>", press("F2"));
  expect(run).toHaveBeenCalledOnce();
});
