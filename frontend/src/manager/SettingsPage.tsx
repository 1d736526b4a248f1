import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Settings, SettingsChange, Strategy } from "../api/types";
import { findKey } from "../domain/messages";
import { changedSettings, SETTING_FIELDS, SETTING_GROUPS, type SettingField, type SettingValue } from "../domain/settings";
import { useServices } from "../services";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { t } from "../store/language";
import { navigate } from "../store/route";
import type { PageProps } from "./ManagerScreen";
import { strategyText } from "./strategyText";
import { WebhooksCard } from "./WebhooksCard";

/** The project's settings, each with what it does; what a change means is said before it is sent. */
export function SettingsPage({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(async () => {
    const [settings, strategies, corpora] = await Promise.all([api.settings(), api.strategies(), api.corpora()]);
    return { settings, strategies, hasTexts: corpora.length > 0 };
  });
  const act = useAct();
  const isSaved = useSignal(false);
  const changes = useSignal<Record<string, SettingValue>>({});
  const form = useRef<HTMLFormElement>(null);
  const { sessions } = useServices();
  const found = loaded.data.value;
  if (found === null) {
    return loaded.error.value ? (
      <ErrorNote error={loaded.error.value} onRetry={() => void loaded.reload()} />
    ) : (
      <p role="status">{t("loading")}</p>
    );
  }
  const { settings, strategies, hasTexts } = found;
  const isFixed = ({ fixedBy }: SettingField) =>
    (fixedBy === "import" && hasTexts) || (fixedBy === "start" && settings.started_at !== null);
  const change = async (wanted: SettingsChange) => {
    isSaved.value = false;
    if (Object.keys(wanted).length === 0 || !(await act.run(() => api.changeSettings(wanted)))) return;
    isSaved.value = true;
    changes.value = {};
    await loaded.reload();
  };
  const readChanges = () => changedSettings(settings as Record<string, SettingValue>, new FormData(form.current!));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void change(readChanges());
  };
  const isPaused = settings.paused_at !== null;
  return (
    <>
      <p>
        <button type="button" disabled={act.isBusy.value} onClick={() => void change({ paused: !isPaused })}>
          {t(isPaused ? "resumeProject" : "pauseProject")}
        </button>
      </p>
      <form class="card stack settings" ref={form} onSubmit={submit} onInput={() => (changes.value = readChanges())}>
        {SETTING_GROUPS.map((group) => (
          <fieldset key={group}>
            <legend>{t(`settings_${group}`)}</legend>
            {SETTING_FIELDS.filter((field) => field.group === group).map((field) => (
              <Field
                key={field.name}
                field={field}
                value={valueOf(settings, field)}
                strategies={strategies}
                isFixed={isFixed(field)}
              />
            ))}
          </fieldset>
        ))}
        <Ahead settings={settings} changes={changes.value} strategies={strategies} />
        <ErrorNote error={act.error.value} />
        {isSaved.value && <p role="status">{t("settingsSaved")}</p>}
        <button type="submit" class="primary" disabled={act.isBusy.value}>
          {t("save")}
        </button>
      </form>
      {sessions.session.value?.may_create_projects && <CloneCard store={store} name={settings.name} />}
      <WebhooksCard store={store} />
    </>
  );
}

function valueOf(settings: Settings, field: SettingField): SettingValue {
  return (settings as Record<string, SettingValue>)[field.name] ?? null;
}

interface AheadProps {
  settings: Settings;
  changes: Record<string, SettingValue>;
  strategies: Strategy[];
}

/** What is about to change, and what follows from it, in plain words. */
function Ahead({ settings, changes, strategies }: AheadProps) {
  const fields = SETTING_FIELDS.filter(({ name }) => name in changes);
  if (fields.length === 0) return null;
  return (
    <section class="note" aria-live="polite">
      <h2>{t("changesAhead")}</h2>
      <ul>
        {fields.map((field) => {
          const help = findKey("help", field.name);
          return (
            <li key={field.name}>
              {t("changeOf", {
                name: t(field.label),
                before: valueText(field, valueOf(settings, field), strategies),
                after: valueText(field, changes[field.name] ?? null, strategies),
              })}
              {help && <p class="faint">{t(help)}</p>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Another experiment with these settings. */
function CloneCard({ store, name }: PageProps & { name: string }) {
  const { sessions } = useServices();
  const act = useAct();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void act.run(async () => {
      const project = await store.api.clone(String(form.get("name")).trim(), form.has("people"));
      await sessions.load();
      navigate(`/projects/${project.id}/overview`);
    });
  };
  return (
    <section class="card">
      <h2>{t("clone")}</h2>
      <p class="faint">{t("cloneHelp")}</p>
      <form class="stack narrow" onSubmit={submit}>
        <label>
          {t("set_name")}
          <input name="name" required maxLength={200} defaultValue={`${name} 2`} />
        </label>
        <label class="option">
          <input type="checkbox" name="people" />
          {t("clonePeople")}
        </label>
        <ErrorNote error={act.error.value} />
        <button type="submit" disabled={act.isBusy.value}>
          {t("clone")}
        </button>
      </form>
    </section>
  );
}

interface FieldProps {
  field: SettingField;
  value: SettingValue;
  strategies: Strategy[];
  isFixed: boolean;
}

function Field({ field, value, strategies, isFixed }: FieldProps) {
  const help = findKey("help", field.name);
  const helpId = `help-${field.name}`;
  const attributes = { name: field.name, disabled: isFixed, "aria-describedby": help || isFixed ? helpId : undefined };
  const options = field.name === "strategy" ? strategies.map(({ name }) => name) : field.options;
  return (
    <div>
      <label>
        {t(field.label)}
        {options ? (
          <select {...attributes} defaultValue={String(value)} key={String(value)}>
            {options.map((option) => (
              <option key={option} value={option} selected={option === value}>
                {optionText(field.name, option, strategies)}
              </option>
            ))}
          </select>
        ) : field.kind === "text" ? (
          <input {...attributes} required defaultValue={String(value)} />
        ) : (
          <input
            {...attributes}
            type="number"
            step={field.kind === "whole" ? 1 : "any"}
            min={0}
            max={field.kind === "share" ? 1 : undefined}
            required={!field.isOptional}
            defaultValue={value === null ? "" : String(value)}
          />
        )}
      </label>
      {(help || isFixed) && (
        <p class="faint" id={helpId}>
          {isFixed && <strong>{t(field.fixedBy === "import" ? "setFixedImport" : "setFixedStart")}</strong>} {help && t(help)}
        </p>
      )}
    </div>
  );
}

function valueText(field: SettingField, value: SettingValue, strategies: Strategy[]): string {
  if (value === null) return "–";
  return field.options || field.kind === "choice" ? optionText(field.name, String(value), strategies) : String(value);
}

function optionText(name: string, option: string, strategies: Strategy[]): string {
  if (name === "strategy") {
    const description = strategyText(option) ?? strategies.find((strategy) => strategy.name === option)?.description;
    return description ? `${option}: ${description}` : option;
  }
  const key = findKey("policy", option) ?? findKey("unit", option) ?? findKey("switch", option);
  if (key) return t(key);
  return option === "sentences" ? t("sentences") : option;
}
