import type { GroupChoice, OnChange, OnDelete, UploadNetwork, WatchRules } from "../bindings";
import { filled, mistakes, type Pair, pairsOf } from "../lib/keyValues";

const MEGA = 1_000_000;

/** A folder's rules while they are being chosen; figures are text until they are sent. */
export class RulesDraft {
  unit = $state<WatchRules["unit"]>("files");
  name = $state("");
  keyvalues = $state.raw<Pair[]>([]);
  cidVersion = $state(1);
  ignore = $state("");
  usual = $state(true);
  hidden = $state(false);
  otherDisks = $state(false);
  /** Megabytes; empty for no limit */
  largest = $state("");
  change = $state<OnChange["kind"]>("keep_all");
  versions = $state("3");
  remove = $state<OnDelete["kind"]>("keep");
  days = $state("7");
  settle = $state("3");
  rescan = $state("60");
  audit = $state(false);
  group = $state.raw<GroupChoice | null>(null);
  network = $state<UploadNetwork>("public");

  constructor(rules: WatchRules) {
    this.unit = rules.unit;
    this.name = rules.name;
    this.keyvalues = pairsOf(rules.keyvalues, false);
    this.cidVersion = rules.cidVersion;
    this.ignore = rules.ignore;
    this.usual = rules.usual;
    this.hidden = rules.hidden;
    this.otherDisks = rules.otherDisks;
    this.largest = rules.largest === null ? "" : String(rules.largest / MEGA);
    this.change = rules.onChange.kind;
    if (rules.onChange.kind === "keep_last") this.versions = String(rules.onChange.n);
    this.remove = rules.onDelete.kind;
    if (rules.onDelete.kind === "unpin") this.days = String(rules.onDelete.days);
    this.settle = String(rules.settle);
    this.rescan = String(rules.rescan);
    this.audit = rules.audit;
    this.group = rules.group;
    this.network = rules.network;
  }

  /** What stands in the way of these rules, by field. */
  wrong = $derived({
    keyvalues: mistakes(this.keyvalues).some((mistake) => mistake !== null),
    largest: this.largest.trim() !== "" && !(Number(this.largest) > 0) ? "A number of megabytes, or nothing." : null,
    versions: this.change === "keep_last" ? whole(this.versions, 1) : null,
    days: this.remove === "unpin" ? whole(this.days, 0) : null,
    settle: whole(this.settle, 1),
    rescan: whole(this.rescan, 1),
  });

  ready = $derived(Object.values(this.wrong).every((mistake) => !mistake));

  /** As the engine takes them. */
  get rules(): WatchRules {
    return {
      unit: this.unit,
      name: this.name,
      keyvalues: filled(this.keyvalues),
      cidVersion: this.cidVersion,
      ignore: this.ignore,
      usual: this.usual,
      hidden: this.hidden,
      largest: this.largest.trim() === "" ? null : Math.round(Number(this.largest) * MEGA),
      otherDisks: this.otherDisks,
      onChange: this.change === "keep_last" ? { kind: "keep_last", n: Number(this.versions) } : { kind: this.change },
      onDelete: this.remove === "unpin" ? { kind: "unpin", days: Number(this.days) } : { kind: "keep" },
      settle: Number(this.settle),
      rescan: Number(this.rescan),
      audit: this.audit,
      group: this.group,
      network: this.network,
    };
  }
}

function whole(text: string, least: number): string | null {
  return /^\d{1,6}$/.test(text.trim()) && Number(text) >= least ? null : `A whole number from ${least}.`;
}
