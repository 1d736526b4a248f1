import { createElement } from "preact";
import { headingLevels, type Block, type Inline } from "../domain/markdown";

/** Draw parsed Markdown; headings start at the third level, below the page's own. */
export function Markdown({ blocks }: { blocks: readonly Block[] }) {
  const levels = headingLevels(blocks, 3);
  return (
    <div class="prose">
      {blocks.map((block, i) => (
        <BlockView key={i} block={block} level={levels[i]!} />
      ))}
    </div>
  );
}

function BlockView({ block, level }: { block: Block; level: number }) {
  if (block.kind === "heading") return createElement(`h${level}`, {}, inlines(block.content));
  if (block.kind === "paragraph") return <p>{inlines(block.content)}</p>;
  if (block.kind === "list") {
    const items = block.items.map((item, i) => <li key={i}>{inlines(item)}</li>);
    return block.isOrdered ? <ol>{items}</ol> : <ul>{items}</ul>;
  }
  return (
    <table>
      <thead>
        <tr>{block.head.map((cell, i) => <th key={i}>{inlines(cell)}</th>)}</tr>
      </thead>
      <tbody>
        {block.rows.map((row, i) => (
          <tr key={i}>{row.map((cell, j) => <td key={j}>{inlines(cell)}</td>)}</tr>
        ))}
      </tbody>
    </table>
  );
}

function inlines(content: readonly Inline[]) {
  return content.map((inline, i) =>
    inline.kind === "text" ? inline.text : createElement(inline.kind, { key: i }, inline.text),
  );
}
