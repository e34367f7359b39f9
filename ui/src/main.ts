import { mount } from "svelte";
import App from "./App.svelte";
import { commands, type AppStart } from "./bindings";
import { asCommandError } from "./accounts/commandError";
import NotStarted from "./NotStarted.svelte";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/floating.css";
import "./styles/opening.css";
import "./styles/sidebar.css";

const target = document.getElementById("app")!;

commands
  .appStart()
  // The frame that stood here until now makes room.
  .finally(() => target.replaceChildren())
  .then(
    (start: AppStart) => {
      mount(App, { target, props: { start } });
    },
    (error: unknown) => mount(NotStarted, { target, props: { error: asCommandError(error) } }),
  );
