/** Tables as CSV (RFC 4180), for spreadsheets. */

export type Cell = string | number | boolean | null | undefined;

/** The rows with a header; an empty cell where there is nothing. */
export function toCsvText(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function cell(value: Cell): string {
  if (typeof value !== "string") return String(value ?? "");
  // A spreadsheet takes a text that begins so for a formula; names come from people. As annotation/spreadsheets.py.
  const text = /^'*[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
