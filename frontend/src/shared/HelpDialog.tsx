import { useSignal } from "@preact/signals";
import type { MessageKey } from "../domain/messages";
import { keyName, keyPressed, refusalOf, shortcutsOf, type Page, type Refusal, type Shortcut } from "../domain/shortcuts";
import { chooseKey, chosenKeys, forgetKeys } from "../store/keys";
import { t } from "../store/language";
import { Dialog } from "./Dialog";

const GROUPS: readonly Shortcut["group"][] = ["move", "cut", "work", "read"];

/** Every key, from the table that the handler reads, and a way to choose others. */
export function HelpDialog({ page, onClose }: { page: Page; onClose: () => void }) {
  const isChanging = useSignal(false);
  return (
    <Dialog title={t("helpTitle")} onClose={onClose} wide>
      <p>
        {t("helpLayout")} {t("helpMouse")}
      </p>
      <div class="columns">
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`group_${group}`)}</h3>
            <dl class="keys">
              {[...keysByLabel(page, group)].map(([label, entries]) => (
                <div key={label}>
                  <dt>
                    {isChanging.value
                      ? firstOfEachAction(entries).map((entry) => <KeyButton key={entry.action} entry={entry} />)
                      : entries.map((entry) => <kbd key={keyName(entry)}>{keyName(entry)}</kbd>)}
                  </dt>
                  <dd>{t(label)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p class="row">
        <button type="button" aria-pressed={isChanging.value} onClick={() => (isChanging.value = !isChanging.value)}>
          {t("changeKeys")}
        </button>
        {Object.keys(chosenKeys.value).length > 0 && (
          <button type="button" class="quiet" onClick={forgetKeys}>
            {t("forgetKeys")}
          </button>
        )}
      </p>
      {isChanging.value && <p class="faint">{t("changeKeysHow")}</p>}
    </Dialog>
  );
}

/** An action's key; pressed, it waits for the next key and takes that, unless something speaks against it. */
function KeyButton({ entry }: { entry: Shortcut }) {
  const isWaiting = useSignal(false);
  const refusal = useSignal<Refusal | null>(null);
  const press = (event: KeyboardEvent) => {
    if (!isWaiting.value || event.code === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyPressed(event);
    if (event.code === "Escape") isWaiting.value = false;
    else if (key !== null) {
      refusal.value = refusalOf(entry.action, key, chosenKeys.value);
      if (refusal.value !== null) return;
      chooseKey(entry.action, key);
      isWaiting.value = false;
    }
  };
  return (
    <span>
      <button
        type="button"
        class="key-button"
        aria-label={t("changeKeyOf", { label: t(entry.label), key: keyName(entry) })}
        onKeyDown={press}
        onClick={() => (isWaiting.value = true)}
        onBlur={() => (isWaiting.value = false)}
      >
        <kbd>{isWaiting.value ? t("pressKey") : keyName(entry)}</kbd>
      </button>
      {refusal.value && (
        <small class="bad" role="alert">
          {refusal.value.kind === "reserved" ? t("keyReserved") : t("keyTaken", { label: t(refusal.value.by) })}
        </small>
      )}
    </span>
  );
}

function firstOfEachAction(entries: readonly Shortcut[]): Shortcut[] {
  return entries.filter((entry, i) => entries.findIndex(({ action }) => action === entry.action) === i);
}

function keysByLabel(page: Page, group: Shortcut["group"]): Map<MessageKey, Shortcut[]> {
  const found = new Map<MessageKey, Shortcut[]>();
  for (const entry of shortcutsOf(page, chosenKeys.value)) {
    if (entry.group === group) found.set(entry.label, [...(found.get(entry.label) ?? []), entry]);
  }
  return found;
}
