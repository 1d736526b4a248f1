/** The part of Markdown that guidelines are written in, read into a tree that is drawn without raw HTML. */

export type Inline = { kind: "text" | "code" | "strong" | "em"; text: string };

export type Block =
  | { kind: "heading"; level: number; content: Inline[] }
  | { kind: "paragraph"; content: Inline[] }
  | { kind: "list"; isOrdered: boolean; items: Inline[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

const ITEM = /^\s*(?:([-*])|(\d+)\.)\s+(.*)$/;

export function parseMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  for (const part of text.replace(/\r\n/g, "\n").split(/\n\s*\n/)) parsePart(part, blocks);
  return blocks;
}

function parsePart(part: string, blocks: Block[]): void {
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) blocks.push(...parseLines(lines));
    lines = [];
  };
  for (const line of part.split("\n")) {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading === null) {
      if (line.trim() !== "") lines.push(line);
      continue;
    }
    flush();
    blocks.push({ kind: "heading", level: heading[1]!.length, content: parseInline(heading[2]!) });
  }
  flush();
}

function parseLines(lines: string[]): Block[] {
  if (lines.length > 1 && lines[0]!.includes("|") && /^\s*\|?[\s:|-]+\|?\s*$/.test(lines[1]!)) {
    const [head, , ...rows] = lines.map(cells);
    return [{ kind: "table", head: head!, rows }];
  }
  const first = lines.findIndex((line) => ITEM.test(line));
  if (first === -1) return [{ kind: "paragraph", content: parseInline(lines.join("\n")) }];
  const before: Block[] =
    first === 0 ? [] : [{ kind: "paragraph", content: parseInline(lines.slice(0, first).join("\n")) }];
  return [...before, parseList(lines.slice(first))];
}

function parseList(lines: string[]): Block {
  const items: string[] = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push(item[3]!);
    else items.push(`${items.pop() ?? ""}\n${line.trim()}`);
  }
  return { kind: "list", isOrdered: ITEM.exec(lines[0]!)?.[2] !== undefined, items: items.map(parseInline) };
}

function cells(line: string): Inline[][] {
  const inner = line.trim().replace(/^\||\|$/g, "");
  // A bar inside `code` or after a backslash belongs to the cell: guidelines show boundaries as bars.
  const parts = inner.match(/(?:`[^`]*`|\\\||[^|])+/g) ?? [];
  return parts.map((part) => parseInline(part.trim().replaceAll("\\|", "|")));
}

export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let style: "text" | "strong" | "em" = "text";
  // Code comes first: a star or a bar inside it is meant as it stands.
  for (const [part] of text.matchAll(/`[^`]+`|\*\*|\*|[^`*]+|`/g)) {
    if (part.length > 2 && part.startsWith("`")) found.push({ kind: "code", text: part.slice(1, -1) });
    else if (part === "**") style = style === "strong" ? "text" : "strong";
    else if (part === "*") style = style === "em" ? "text" : "em";
    else found.push({ kind: style, text: part });
  }
  return found;
}

/**
 * The level at which to draw each block's heading: the text's own, moved down so that it begins at `first`, and
 * never more than one below the heading before it, as when only some passages of a text are shown.
 */
export function headingLevels(blocks: readonly Block[], first: number): number[] {
  let last = first - 1;
  return blocks.map((block) => {
    if (block.kind === "heading") last = Math.min(block.level + first - 1, last + 1, 6);
    return last;
  });
}

/** The plain text of a block, for searching; boundary bars are left out, so that words are found whole. */
export function blockText(block: Block): string {
  const plain = (content: Inline[]) => content.map((inline) => inline.text).join("");
  const text =
    block.kind === "list"
      ? block.items.map(plain).join("\n")
      : block.kind === "table"
        ? [block.head, ...block.rows].map((row) => row.map(plain).join("\t")).join("\n")
        : plain(block.content);
  return text.replaceAll("|", "");
}
