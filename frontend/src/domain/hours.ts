/** Hours at work by person, for pay. Pure. */
import { toCsvText } from "./csv";

export interface WorkDay {
  user: { id: number; username: string; name: string };
  day: string;
  sentences: number;
  skips: number;
  active_seconds: number;
  last_at: string;
}

export interface PersonWork {
  user: WorkDay["user"];
  days: number;
  sentences: number;
  skipped: number;
  hours: number;
  lastAt: string;
}

/** Each person's days added up, the one with most hours first. */
export function sumByPerson(rows: readonly WorkDay[]): PersonWork[] {
  const found = new Map<number, PersonWork>();
  for (const row of rows) {
    const held = found.get(row.user.id);
    found.set(row.user.id, {
      user: row.user,
      days: (held?.days ?? 0) + 1,
      sentences: (held?.sentences ?? 0) + row.sentences,
      skipped: (held?.skipped ?? 0) + row.skips,
      hours: (held?.hours ?? 0) + row.active_seconds / 3600,
      lastAt: held && held.lastAt > row.last_at ? held.lastAt : row.last_at,
    });
  }
  return [...found.values()].sort((a, b) => b.hours - a.hours);
}

/** A row a person and day; hours with two decimals, as pay is reckoned. */
export function hoursCsv(rows: readonly WorkDay[]): string {
  return toCsvText(
    ["username", "name", "day", "sentences", "skipped", "active_hours"],
    rows.map(({ user, day, sentences, skips, active_seconds }) => [
      user.username,
      user.name,
      day,
      sentences,
      skips,
      (active_seconds / 3600).toFixed(2),
    ]),
  );
}
