import { createContext } from "svelte";
import type { Accounts } from "../accounts/accounts.svelte";
import type { Background } from "../background/background.svelte";
import type { Toasts } from "../components/toasts.svelte";
import type { Drops } from "../drops/drops.svelte";
import type { Jobs } from "../jobs/jobs.svelte";
import type { ApiKeys } from "../keys/keys.svelte";
import type { Groups } from "../groups/groups.svelte";
import type { Pins } from "../pins/pins.svelte";
import type { Saved } from "../pins/saved.svelte";
import type { Settings } from "../settings/settings.svelte";
import type { Uploads } from "../uploads/uploads.svelte";
import type { Watches } from "../watches/watches.svelte";
import type { View } from "./view.svelte";

// One of each for the window; App.svelte makes them, everything below it reads them.
export const [getAccounts, setAccounts] = createContext<Accounts>();
export const [getBackground, setBackground] = createContext<Background>();
export const [getApiKeys, setApiKeys] = createContext<ApiKeys>();
export const [getDrops, setDrops] = createContext<Drops>();
export const [getJobs, setJobs] = createContext<Jobs>();
export const [getGroups, setGroups] = createContext<Groups>();
export const [getPins, setPins] = createContext<Pins>();
export const [getSaved, setSaved] = createContext<Saved>();
export const [getSettings, setSettings] = createContext<Settings>();
export const [getToasts, setToasts] = createContext<Toasts>();
export const [getUploads, setUploads] = createContext<Uploads>();
export const [getWatches, setWatches] = createContext<Watches>();
export const [getView, setView] = createContext<View>();
