import type { ApiError } from "../api/client";
import type { Reason } from "../domain/analyses";
import { t } from "../store/language";
import { sayReason } from "./sayReason";

/** Say in plain language what went wrong and what to do. */
export function describeError(error: ApiError): string {
  if (error.status === 0) return t("errorNetwork");
  if (error.details.why) return sayReason(error.details.why as Reason);
  if (error.status === 429) return t("errorThrottled");
  if (error.status === 403) return t("errorNotAllowed");
  if (error.status === 404) return t("errorNotFound");
  if (error.status >= 500) return t("errorServer");
  return t("errorSaid", { message: error.message });
}

interface Props {
  error: ApiError | null;
  onRetry?: () => void;
}

export function ErrorNote({ error, onRetry }: Props) {
  if (error === null) return null;
  return (
    <div class="note bad" role="alert">
      <p>{describeError(error)}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t("tryAgain")}
        </button>
      )}
    </div>
  );
}
