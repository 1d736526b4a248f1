import { useSignal } from "@preact/signals";
import type { Webhook, WebhookKind } from "../api/types";
import { formatDateTime } from "../domain/dates";
import { ErrorNote } from "../shared/ErrorNote";
import { ShownOnce } from "../shared/ShownOnce";
import { useAct } from "../shared/useAct";
import { useLoaded } from "../shared/useLoaded";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";

const KINDS: readonly WebhookKind[] = ["round.closed", "export.ready", "event.recorded"];

/** Addresses that are told what happens here: add one, try it out, see what came of the last messages. */
export function WebhooksCard({ store }: PageProps) {
  const { api } = store;
  const loaded = useLoaded(() => api.webhooks());
  const act = useAct();
  const secret = useSignal("");
  const webhooks = loaded.data.value ?? [];
  // The first attempt comes within seconds; later ones are for the next visit.
  usePolling(webhooks.some(({ deliveries }) => deliveries.some(({ attempts }) => attempts === 0)), loaded.reload);
  const run = async (step: () => Promise<unknown>) => {
    if (await act.run(step)) await loaded.reload();
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const values = new FormData(form);
    const wanted = { url: String(values.get("url")).trim(), kinds: values.getAll("kinds") as WebhookKind[] };
    secret.value = "";
    void run(async () => {
      secret.value = (await api.addWebhook(wanted)).secret;
      form.reset();
    });
  };
  const remove = (webhook: Webhook) => {
    if (window.confirm(t("webhookRemoveSure", { url: webhook.url }))) void run(() => api.removeWebhook(webhook.id));
  };
  return (
    <section class="card stack">
      <h2>{t("webhooks")}</h2>
      <p class="faint">{t("webhooksHelp")}</p>
      <form class="stack" onSubmit={submit}>
        <label>
          {t("webhookUrl")}
          <input name="url" type="url" required maxLength={500} placeholder="https://" />
        </label>
        <fieldset>
          <legend>{t("webhookKinds")}</legend>
          {KINDS.map((kind) => (
            <label key={kind} class="option">
              <input type="checkbox" name="kinds" value={kind} /> {kindName(kind)}
            </label>
          ))}
        </fieldset>
        <ErrorNote error={act.error.value ?? loaded.error.value} />
        <button type="submit" disabled={act.isBusy.value}>
          {t("add")}
        </button>
      </form>
      {secret.value && <ShownOnce label={t("webhookSecret")} value={secret.value} note={t("webhookSecretOnce")} />}
      {webhooks.map((webhook) => (
        <WebhookView
          key={webhook.id}
          webhook={webhook}
          isBusy={act.isBusy.value}
          onTest={() => void run(() => api.testWebhook(webhook.id))}
          onRemove={() => remove(webhook)}
        />
      ))}
    </section>
  );
}

interface ViewProps {
  webhook: Webhook;
  isBusy: boolean;
  onTest: () => void;
  onRemove: () => void;
}

function WebhookView({ webhook, isBusy, onTest, onRemove }: ViewProps) {
  const { url, kinds, deliveries } = webhook;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={url}>
      <h3>{url}</h3>
      <p class="row">
        <span class="faint">{kinds.map(kindName).join(", ")}</span>
        <button type="button" disabled={isBusy} aria-label={`${t("webhookTest")}: ${url}`} onClick={onTest}>
          {t("webhookTest")}
        </button>
        <button type="button" class="quiet danger" disabled={isBusy} aria-label={`${t("webhookRemove")}: ${url}`} onClick={onRemove}>
          {t("webhookRemove")}
        </button>
      </p>
      {deliveries.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("eventAt")}</th>
              <th scope="col">{t("webhookMessage")}</th>
              <th scope="col">{t("state")}</th>
              <th scope="col">{t("webhookAttempts")}</th>
              <th scope="col">{t("webhookAnswer")}</th>
            </tr>
          </thead>
          <tbody>
            {deliveries.map((delivery) => (
              <tr key={delivery.id}>
                <td>{formatDateTime(delivery.created_at, language.value)}</td>
                <td>{kindName(delivery.kind as WebhookKind)}</td>
                <td>{t(`delivery_${delivery.state}`)}</td>
                <td>{delivery.attempts}</td>
                <td>
                  {delivery.status} {delivery.answer}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function kindName(kind: WebhookKind | "test"): string {
  return kind === "test" ? t("webhookTest") : t(`webhook_${kind.replace(".", "_") as "round_closed" | "export_ready" | "event_recorded"}`);
}
