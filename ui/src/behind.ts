// The screens and sheets that the window does not open with, in a file of their own: the first frame does not wait for
// them to be read.
export { default as AccountSheets } from "./accounts/AccountSheets.svelte";
export { default as KeySheet } from "./components/KeySheet.svelte";
export { default as GroupSheets } from "./groups/GroupSheets.svelte";
export { default as JobsView } from "./jobs/JobsView.svelte";
export { default as JsonSheet } from "./json/JsonSheet.svelte";
export { default as KeysView } from "./keys/KeysView.svelte";
export { default as PaletteSheet } from "./palette/PaletteSheet.svelte";
export { default as SettingsView } from "./settings/SettingsView.svelte";
export { default as UploadsDock } from "./uploads/UploadsDock.svelte";
export { default as UploadsView } from "./uploads/UploadsView.svelte";
export { default as UsageView } from "./usage/UsageView.svelte";
export { default as WatchesView } from "./watches/WatchesView.svelte";
