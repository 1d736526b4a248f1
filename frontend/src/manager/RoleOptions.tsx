import type { Role } from "../api/types";
import { t } from "../store/language";

/** The options of a select that chooses among roles. */
export function RoleOptions({ roles }: { roles: readonly Role[] }) {
  return (
    <>
      {roles.map((role) => (
        <option key={role} value={role}>
          {t(`role_${role}`)}
        </option>
      ))}
    </>
  );
}
