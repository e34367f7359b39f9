import { expect, test } from "vitest";
import type { PinDetails } from "../bindings";
import { deferred, settled } from "../uploads/fakeEngine";
import { Details } from "./details.svelte";
import { aPin, enginePins, refuse } from "./fakePins";

test("an edit that is refused before the details were read still says why", async () => {
  const engine = enginePins([aPin(1)]);
  engine.answers.pins_details = () => deferred<PinDetails>().promise;
  refuse(engine, "pins_edit", "missing_scope", "This key may not edit pins.");
  const details = new Details();
  details.read(1);
  expect(await details.edit(1, { name: "dusk.tif", set: [], remove: [] })).toBe(false);
  expect(details.refused?.message).toBe("This key may not edit pins.");
});

test("a refusal goes with its pin, not to the next one", async () => {
  const engine = enginePins([aPin(1), aPin(2)]);
  const answer = deferred<PinDetails>();
  engine.answers.pins_edit = () => answer.promise;
  const details = new Details();
  details.read(1);
  const edited = details.edit(1, { name: "dusk.tif", set: [], remove: [] });
  details.read(2);
  answer.reject({ code: "missing_scope", message: "This key may not edit pins.", detail: null });
  await edited;
  await settled();
  expect(details.refused).toBeNull();
});
