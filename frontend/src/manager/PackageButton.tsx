import { useSignal } from "@preact/signals";
import type { PackageState } from "../api/types";
import { ErrorNote } from "../shared/ErrorNote";
import { sayReason } from "../shared/sayReason";
import { useAct } from "../shared/useAct";
import { t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";

/** A closed round's model for people to install: asked for, written in the background, taken away. */
export function PackageButton({ store, roundId }: PageProps & { roundId: number }) {
  const { api } = store;
  const made = useSignal<PackageState | null>(null);
  const act = useAct();
  const ask = () => void act.run(async () => (made.value = await api.askForPackage(roundId)));
  const isBeingMade = made.value?.state === "waiting" || made.value?.state === "running";
  usePolling(isBeingMade, () => act.run(async () => (made.value = await api.package(roundId))));
  const isFailed = made.value?.state === "failed";
  return (
    <>
      <ErrorNote error={act.error.value} />
      {isFailed && (
        <p class="note" role="alert">
          {t("packageFailed", { error: sayReason(made.value!.why!) })}
        </p>
      )}
      {(made.value === null || isFailed) && (
        <button type="button" disabled={act.isBusy.value} onClick={ask}>
          {t(isFailed ? "packageAgain" : "packageAsk")}
        </button>
      )}
      {isBeingMade && <p role="status">{t("packageWaiting")}</p>}
      {made.value?.state === "ready" && (
        <a class="button" href={api.packageFile(roundId)} download>
          {t("packageDownload")}
        </a>
      )}
    </>
  );
}
