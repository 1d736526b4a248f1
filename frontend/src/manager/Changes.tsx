import { t } from "../store/language";

/** More facts than this are folded away. */
const SHOWN_FACTS = 4;

/** Facts that are the number of a person's account. */
const PEOPLE = new Set(["user", "annotator", "member"]);

interface Props {
  /** Names by the number of an account, for facts about people. */
  people?: ReadonlyMap<number, string>;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** What an event changed: each fact before and after it. */
export function Changes({ before, after, people }: Props) {
  const told = (name: string, value: unknown) => (PEOPLE.has(name) && people?.get(Number(value))) || plain(value);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0) return null;
  const facts = (
    <ul class="event-facts">
      {names.map((name) => (
        <li key={name}>
          {name.replaceAll("_", " ")}: {name in before && `${told(name, before[name])} → `}
          {told(name, after[name])}
        </li>
      ))}
    </ul>
  );
  if (names.length <= SHOWN_FACTS) return facts;
  return (
    <details>
      <summary>{t("facts", { count: names.length })}</summary>
      {facts}
    </details>
  );
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "number") return String(Math.round(value * 1000) / 1000);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
