import { commands, type CommandError, type UploadLimits } from "../bindings";
import { asCommandError } from "../accounts/commandError";

const MEGA = 1_000_000;

/** The queue's limits while they are being chosen; figures are text until they are sent. */
export class LimitsDraft {
  read = $state(false);
  atOnce = $state("4");
  limited = $state(false);
  /** Megabytes a second */
  speed = $state("2");
  timed = $state(false);
  /** "09:00" */
  from = $state("09:00");
  to = $state("17:00");
  problem = $state.raw<CommandError | null>(null);

  /** What stands in the way, by field. */
  wrong = $derived({
    atOnce: /^\d{1,2}$/.test(this.atOnce.trim()) && Number(this.atOnce) >= 1 && Number(this.atOnce) <= 16 ? null : "From 1 to 16.",
    speed: !this.limited || Number(this.speed.replace(",", ".")) >= 0.01 ? null : "At least 0.01 MB a second.",
    hours: !this.limited || !this.timed || (this.from !== "" && this.to !== "" && this.from !== this.to) ? null : "Choose two times.",
  });

  fill = (limits: UploadLimits) => {
    this.atOnce = String(limits.atOnce);
    this.limited = limits.speed !== null;
    if (limits.speed !== null) this.speed = String(limits.speed / MEGA);
    this.timed = limits.hours !== null;
    if (limits.hours) [this.from, this.to] = [clock(limits.hours.from), clock(limits.hours.to)];
    this.read = true;
  };

  load = async () => {
    try {
      this.fill(await commands.uploadsLimits());
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  /** Keeps what is there, unless a field is wrong. */
  keep = async () => {
    if (!this.read || Object.values(this.wrong).some((mistake) => mistake !== null)) return;
    this.problem = null;
    try {
      await commands.uploadsSetLimits(this.limits);
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  get limits(): UploadLimits {
    const speed = Math.round(Number(this.speed.replace(",", ".")) * MEGA);
    return {
      atOnce: Number(this.atOnce),
      speed: this.limited ? speed : null,
      hours: this.limited && this.timed ? { from: minutes(this.from), to: minutes(this.to) } : null,
    };
  }
}

/** 570 as "09:30" */
function clock(minute: number): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}
