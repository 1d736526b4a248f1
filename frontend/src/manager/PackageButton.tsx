import { useState } from "preact/hooks";
import { ErrorNote } from "../shared/ErrorNote";
import { useAct } from "../shared/useAct";
import { t } from "../store/language";
import type { PageProps } from "./ManagerScreen";
import { usePolling } from "./usePolling";

/** A closed round's model for people to install: asked for, written in the background, taken away. */
export function PackageButton({ store, roundId }: PageProps & { roundId: number }) {
  const { api } = store;
  const [state, setState] = useState<"none" | "waiting" | "ready">("none");
  const act = useAct();
  const ask = async () => {
    const answered = await act.run(async () => setState((await api.askForPackage(roundId)).is_ready ? "ready" : "waiting"));
    if (!answered) setState("none");
  };
  usePolling(state === "waiting", ask);
  return (
    <>
      <ErrorNote error={act.error.value} onRetry={() => void ask()} />
      {state === "none" && (
        <button type="button" disabled={act.isBusy.value} onClick={() => void ask()}>
          {t("packageAsk")}
        </button>
      )}
      {state === "waiting" && <p role="status">{t("packageWaiting")}</p>}
      {state === "ready" && (
        <a class="button" href={api.packageFile(roundId)} download>
          {t("packageDownload")}
        </a>
      )}
    </>
  );
}
