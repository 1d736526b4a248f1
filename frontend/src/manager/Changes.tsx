import { t } from "../store/language";
import { factName, sayFact, type People } from "./sayFact";

/** More facts than this are folded away. */
const SHOWN_FACTS = 4;

interface Props {
  /** Names by the number of an account, for facts about people. */
  people?: People;
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/** What an event changed: each fact before and after it. */
export function Changes({ before, after, people }: Props) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0) return null;
  const facts = (
    <ul class="event-facts">
      {names.map((name) => (
        <li key={name}>
          <span class="faint">{factName(name)}:</span> {name in before && `${sayFact(name, before[name], people)} → `}
          {sayFact(name, after[name], people)}
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
