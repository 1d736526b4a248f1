import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { AnnotatorApi } from "../api/annotator";
import type { Lookup } from "../api/types";
import { blockText, parseMarkdown } from "../domain/markdown";
import { visibleText } from "../domain/visibleText";
import { useServices } from "../services";
import { Dialog } from "../shared/Dialog";
import { ErrorNote } from "../shared/ErrorNote";
import { Markdown } from "../shared/Markdown";
import { useLoaded } from "../shared/useLoaded";
import { t } from "../store/language";

interface Props {
  projectId: number;
  assignment: string;
  /** The string under the cursor. */
  string: string;
  onClose: () => void;
}

const PASSAGES = 3;
/** A string that is being typed is looked up once the typing stops. */
const TYPING_MS = 250;

/** What helps to cut alike what is alike: how the string was cut before, the word list, the guideline. */
export function LookupDialog({ projectId, assignment, string, onClose }: Props) {
  const { client } = useServices();
  const api = new AnnotatorApi(client, projectId);
  const typed = useSignal(string);
  const asked = useSignal(string);
  useEffect(() => {
    const timer = setTimeout(() => (asked.value = typed.value.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed.value]);
  const wanted = asked.value;
  const found = useLoaded(async () => (wanted === "" ? null : api.lookup(assignment, wanted)), wanted);
  const guideline = useLoaded(() => api.guideline());
  const blocks = parseMarkdown(guideline.data.value?.text ?? "");
  const passages = wanted === "" ? [] : blocks.filter((block) => blockText(block).includes(wanted));
  return (
    <Dialog title={t("lookup")} onClose={onClose} wide>
      <label>
        {t("lookupString")}
        <input
          type="search"
          lang="th"
          value={typed.value}
          maxLength={100}
          autofocus
          onInput={(event) => (typed.value = event.currentTarget.value)}
        />
      </label>
      <ErrorNote error={found.error.value} onRetry={() => void found.reload()} />
      <div class="lookup" aria-busy={found.isLoading.value}>
        {found.data.value && <Cuts found={found.data.value} />}
        {found.data.value && !found.data.value.blind && <ListedWords words={found.data.value.words} />}
        <section>
          <h3>{t("guideline")}</h3>
          {passages.length === 0 ? <p class="faint">{t("lookupNoPassage")}</p> : <Markdown blocks={passages.slice(0, PASSAGES)} />}
          {passages.length > PASSAGES && <p class="faint">{t("lookupMorePassages", { count: passages.length - PASSAGES })}</p>}
        </section>
      </div>
    </Dialog>
  );
}

function Cuts({ found }: { found: Lookup }) {
  return (
    <section>
      <h3>{t("lookupBefore")}</h3>
      {found.blind && <p>{t("lookupBlind")}</p>}
      {!found.blind && found.cuts.length === 0 && <p class="faint">{t("lookupNever")}</p>}
      <ul class="plain">
        {found.cuts.map((cut) => (
          <li key={cut.tokens.join("|")}>
            <p>
              <strong lang="th">{join(cut.tokens)}</strong> × {cut.count}
              {cut.settled > 0 && <span class="tag">{t("lookupSettled", { count: cut.settled })}</span>}
            </p>
            {cut.examples.map((example, i) => (
              <p key={i} lang="th" class="faint">
                {example.before.length > 0 && `${join(example.before)} | `}
                <mark>{join(cut.tokens)}</mark>
                {example.after.length > 0 && ` | ${join(example.after)}`}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ListedWords({ words }: { words: string[] }) {
  return (
    <section>
      <h3>{t("wordList")}</h3>
      {words.length === 0 ? <p class="faint">{t("wordListNone")}</p> : <p lang="th">{words.join(" · ")}</p>}
      <small class="faint">{t("wordListSource")}</small>
    </section>
  );
}

function join(words: readonly string[]): string {
  return words.map(visibleText).join(" | ");
}
