import type { CommandError } from "../bindings";

/** Commands reject with a CommandError; anything else is a fault of the program and is shown as one. */
export function asCommandError(error: unknown): CommandError {
  if (typeof error === "object" && error !== null && "code" in error && "message" in error) return error as CommandError;
  return { code: "internal", message: "Pinfold made a mistake and stopped this.", detail: String(error) };
}
