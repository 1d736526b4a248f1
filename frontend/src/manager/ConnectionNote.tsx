import { formatDateTime } from "../domain/dates";
import { language, t } from "../store/language";
import type { PageProps } from "./ManagerScreen";

/** Said on every page while the server cannot be reached: how old what is shown is. It goes by itself. */
export function ConnectionNote({ store }: PageProps) {
  const heardAt = store.heardAt.value;
  if (store.error.value === null || !store.error.value.isPassing || heardAt === null) return null;
  return (
    <p class="note bad" role="status">
      {t("offlineSince", { at: formatDateTime(heardAt.toISOString(), language.value) })}
    </p>
  );
}
